import ConvertFiles
import Glibc

/// The font that an installed program brings along, so that plots have the same letters on every machine.
enum PlotFonts {
    /// Points fontconfig, which cairo asks for fonts, to `share/pthconvert/fonts`; once, before the first text is drawn. Without that folder
    /// the machine's fonts are used, and without any font cairo draws letters of its own.
    static let areChosen: Bool = {
        guard getenv("FONTCONFIG_FILE") == nil, let list = PackageFolder.path.map({ $0 + "/fonts/fonts.conf" }),
            FileIdentity(path: list) != nil
        else { return false }
        return setenv("FONTCONFIG_FILE", PathText.system(list), 0) == 0
    }()
}
