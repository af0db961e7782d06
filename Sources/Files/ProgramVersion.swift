/// The version, stated here and nowhere else: the command line prints it, and scripts/version.sh reads it for the packages.
package enum ProgramVersion {
    package static let text = "0.1.0"
}
