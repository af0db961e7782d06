/// The version, stated here and nowhere else: the command line prints it, and scripts/version.sh reads it for the packages.
package enum ProgramVersion {
    /// What the program is called in files that other programs read, whatever it was started as.
    package static let name = "pthconvert"
    package static let text = "0.1.0"
}
