/// Options that are grouped in help, and can be shared by commands.
package struct OptionGroup: Sendable {
    /// A line above them; nil for none.
    package let title: String?
    package let options: [any Declared]
    /// The command whose help page explains them; nil if the page of the command itself does.
    package let explainedBy: String?
    /// An option that all of them need.
    package let need: String?

    /// Options without a line above them.
    package init(_ options: [any Declared]) { self.init(nil, options) }

    package init(_ title: String?, explainedBy: String? = nil, need: String? = nil, _ options: [any Declared]) {
        self.title = title
        self.options = options
        self.explainedBy = explainedBy
        self.need = need
    }

    /// Whether an option is another part of the command's: options of a group that needs something are for what follows, and say nothing
    /// against those of the command itself.
    func isApart(from name: String, in command: Command) -> Bool {
        let other = command.groups.first { $0.options.contains { $0.declaration.name == name } }
        return other?.need != need
    }
}
