import CArguments

/// What an installed program brings along: `share/pthconvert` next to the folder that the program is in.
package enum PackageFolder {
    /// The folder's path, whether or not it exists; nil if nothing says where the program is.
    package static let path: String? = {
        // /proc may be absent; then the path that the program was started by has to do.
        let names = ["/proc/self/exe", arguments_program().map { PathText.text($0) }]
        guard let program = names.lazy.compactMap({ $0.flatMap(PathText.resolved) }).first else { return nil }
        return PathText.join(PathText.folder(PathText.folder(program)), "share/pthconvert")
    }()
}
