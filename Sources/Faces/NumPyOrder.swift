/// The default order of NumPy's `argsort` (1.24, without its vectorized sorts): ascending, with ties in the order in which its quicksort
/// leaves them.
///
/// Confident faces have a probability of exactly 1, so this order decides which of several boxes stays. The method is Sedgewick's
/// ("Implementing Quicksort programs", 1978): median of three as the pivot, the longer part deferred, insertion sort for 16 numbers or
/// fewer.
enum NumPyOrder {
    private static let insertionSpan = 16

    /// Indices of `numbers`, none of which may be NaN, from the smallest number to the largest.
    static func ascending(_ numbers: [Double]) -> [Int] {
        var order = Array(numbers.indices)
        var waiting: [(low: Int, high: Int)] = []
        var (low, high) = (0, order.count - 1)
        func isLess(_ first: Int, _ second: Int) -> Bool { numbers[order[first]] < numbers[order[second]] }
        while true {
            while high - low >= insertionSpan {
                let middle = low + (high - low) / 2
                if isLess(middle, low) { order.swapAt(middle, low) }
                if isLess(high, middle) { order.swapAt(high, middle) }
                if isLess(middle, low) { order.swapAt(middle, low) }
                let pivot = numbers[order[middle]]
                var (left, right) = (low, high - 1)
                order.swapAt(middle, right)
                while true {
                    repeat { left += 1 } while numbers[order[left]] < pivot
                    repeat { right -= 1 } while pivot < numbers[order[right]]
                    if left >= right { break }
                    order.swapAt(left, right)
                }
                order.swapAt(left, high - 1)
                if left - low < high - left {
                    waiting.append((left + 1, high))
                    high = left - 1
                } else {
                    waiting.append((low, left - 1))
                    low = left + 1
                }
            }
            var next = low + 1
            while next <= high {
                let index = order[next]
                var place = next
                while place > low, numbers[index] < numbers[order[place - 1]] {
                    order[place] = order[place - 1]
                    place -= 1
                }
                order[place] = index
                next += 1
            }
            guard let part = waiting.popLast() else { return order }
            (low, high) = part
        }
    }
}
