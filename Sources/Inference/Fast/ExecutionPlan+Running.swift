import Kernels

extension ExecutionPlan {
    /// Does every step for the first `images` images of the arena. Enough images are shared out: each thread takes its own through step after
    /// step, so that none waits for another after each layer. Fewer are worked on by all threads together.
    func run(images: Int, kernels: KernelTable, workers: Workers, after: ((_ name: String) -> Void)? = nil) {
        guard after == nil, workers.count > 1, ExecutionPlan.isShared(images, workers: workers.count) else {
            guard let after else {
                if walk?.images != images {
                    walk = (images, StageWalk(stages(images: images, kernels: kernels, workers: workers.count), workers: workers.count))
                }
                walk?.stages.run()
                return
            }
            for planned in steps {
                workers.forEach([stage(planned.step, images: images, kernels: kernels, workers: workers.count, sharing: 1)])
                after(planned.name)
            }
            return
        }
        var next = 0
        while next < steps.count {
            let end = steps[next...].firstIndex { !$0.step.isSharable } ?? steps.count
            if end == next {
                workers.forEach([stage(steps[next].step, images: images, kernels: kernels, workers: workers.count, sharing: 1)])
                next += 1
                continue
            }
            let range = next..<end
            workers.forEach(workers.count) { share, worker in
                let own = share * images / workers.count..<(share + 1) * images / workers.count
                for part in self.parts(of: range) {
                    let atOnce = self.steps[part.lowerBound].step.isPerImage ? 1 : own.count
                    for first in stride(from: own.lowerBound, to: own.upperBound, by: atOnce) {
                        for index in part {
                            self.runShare(index, images: first..<first + atOnce, kernels: kernels, scratch: self.scratch[worker])
                        }
                    }
                }
            }
            next = end
        }
    }

    /// Stretches of steps that are done image by image, or for all images of a thread.
    private func parts(of range: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        for index in range {
            if let last = parts.last, steps[index].step.isPerImage == steps[last.lowerBound].step.isPerImage {
                parts[parts.count - 1] = last.lowerBound..<index + 1
            } else {
                parts.append(index..<index + 1)
            }
        }
        return parts
    }

    /// Whether this number of images is shared out: if no thread would be idle for long.
    private static func isShared(_ images: Int, workers: Int) -> Bool {
        images >= workers && (images.isMultiple(of: workers) || images >= 4 * workers)
    }

    /// One step for some of the images, on the thread that calls.
    private func runShare(_ index: Int, images: Range<Int>, kernels: KernelTable, scratch: FloatMemory) {
        let following = steps[index].following
        switch steps[index].step {
        case .direct(var job):
            job.images = images.upperBound
            let perImage = job.output.height * job.output.width
            let step = Division.pixelsAtOnce(job, of: images.count * perImage)
            for pixels in Division.parts(images, of: perImage, step: step) {
                let isLast = pixels.upperBound == images.upperBound * perImage
                kernels.direct(job.followed(by: isLast ? following : job.directWeights(0)), pixels, 0..<job.outputBlocks)
            }
        case .winograd(var job):
            job.images = images.upperBound
            let (perImage, step) = (job.tileRows * job.tileColumns, kernels.winogradTiles(job.input.channels))
            for tiles in Division.parts(images, of: perImage, step: step) {
                let isLast = tiles.upperBound == images.upperBound * perImage
                kernels.winograd(
                    job.followed(by: isLast ? following : job.winogradWeights(0)), tiles, 0..<job.outputBlocks, scratch.base)
            }
        case .pair(var job):
            job.images = images.upperBound
            job.first = job.first.followed(by: following)
            let height = job.second.output.height
            kernels.pair(job, images.lowerBound * height..<images.upperBound * height, 0..<job.first.outputBlocks, scratch.base)
        case .window(var job):
            job.images = images.upperBound
            kernels.window(job, images.lowerBound * job.output.height..<images.upperBound * job.output.height)
        case .pixels(var job):
            job.images = images.upperBound
            kernels.pixels(job, images.lowerBound * job.output.height..<images.upperBound * job.output.height)
        case .zeroFrame(let view): for image in images { view.zeroFrame(image: image) }
        case .small(let job): for image in images { job.run(image: image) }
        case .rows(let job): kernels.rows(job, images.lowerBound * job.output.height..<images.upperBound * job.output.height)
        case .matrices(let job): kernels.matrices(job, images.lowerBound * job.count..<images.upperBound * job.count)
        case .linear(var job):
            job.input += images.lowerBound * job.inputStride
            job.output += images.lowerBound * job.outputStride
            job.images = images.count
            kernels.linear(job, 0..<job.outputs)
        }
    }

    /// All steps, those of one level side by side.
    private func stages(images: Int, kernels: KernelTable, workers: Int) -> [Stage] {
        var stages: [Stage] = []
        var next = 0
        while next < steps.count {
            let end = steps[next...].firstIndex { $0.level != steps[next].level } ?? steps.count
            let sharing = steps[next..<end].count { $0.step.weights != nil }
            let together = steps[next..<end].map {
                stage($0.step, images: images, kernels: kernels, workers: workers, sharing: max(1, sharing))
            }
            stages.append(together.count == 1 ? together[0] : Stage(joining: together))
            next = end
        }
        return stages
    }

    /// A step for the first `images` images, divided among threads.
    /// - Parameter sharing: the steps with weights that threads do side by side, this one included.
    private func stage(_ step: ExecutionStep, images: Int, kernels: KernelTable, workers: Int, sharing: Int) -> Stage {
        switch step {
        case .direct(var job):
            job.images = images
            let (ready, most) = (job, Division.pixelsAtOnce(job, of: job.outputPixels))
            let parts = Division(
                work: job.outputPixels, most: most, blocks: job.outputBlocks, workers: workers, isAlongWork: step.isPerImage,
                sharing: sharing)
            return Stage(items: parts.count, weights: { ready.directWeights(parts[$0].1.lowerBound) }) { item, _, following in
                let (pixels, blocks) = parts[item]
                kernels.direct(ready.followed(by: following), pixels, blocks)
            }
        case .winograd(var job):
            job.images = images
            let (ready, most) = (job, kernels.winogradTiles(job.input.channels))
            let parts = Division(
                work: images * job.tileRows * job.tileColumns, most: most, blocks: job.outputBlocks, workers: workers,
                isAlongWork: step.isPerImage, sharing: sharing)
            return Stage(items: parts.count, weights: { ready.winogradWeights(parts[$0].1.lowerBound) }) {
                [scratch] item, worker, following in
                let (range, blocks) = parts[item]
                kernels.winograd(ready.followed(by: following), range, blocks, scratch[worker].base)
            }
        case .pair(var job):
            job.images = images
            let (ready, height) = (job, job.second.output.height)
            // Where parts of an image meet, both need the same middle rows: parts of few rows would compute many of them twice. Still, this is
            // better than threads without work.
            let isAlongWork = images >= workers || height >= 6 * workers || job.first.outputBlocks < 2 * workers
            let parts = Division(
                work: images * height, most: height, unit: 1, blocks: job.first.outputBlocks, workers: workers, isAlongWork: isAlongWork,
                sharing: sharing)
            return Stage(items: parts.count, weights: { ready.first.directWeights(parts[$0].1.lowerBound) }) {
                [scratch] item, worker, following in
                var job = ready
                job.first = job.first.followed(by: following)
                let (rows, blocks) = parts[item]
                kernels.pair(job, rows, blocks, scratch[worker].base)
            }
        case .window(var job):
            job.images = images
            let ready = job
            let parts = Division(work: images * job.output.height, most: 4, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.window(ready, parts[item].0) }
        case .linear(var job):
            job.images = images
            let ready = job
            let parts = Division(work: job.outputs, most: 16, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.linear(ready, parts[item].0) }
        case .pixels(var job):
            job.images = images
            let ready = job
            let parts = Division(work: images * job.output.height, most: 8, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.pixels(ready, parts[item].0) }
        case .zeroFrame(let view): return Stage(items: images) { image, _, _ in view.zeroFrame(image: image) }
        case .small(let job): return Stage(items: images) { image, _, _ in job.run(image: image) }
        case .rows(let job):
            let parts = Division(work: images * job.output.height, most: 8, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.rows(job, parts[item].0) }
        case .matrices(let job): return Stage(items: images * job.count) { item, _, _ in kernels.matrices(job, item..<item + 1) }
        }
    }
}
