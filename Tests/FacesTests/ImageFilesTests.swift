import Foundation
import TestSupport
import Testing

@testable import ConvertFaces

/// Folders are listed in the same order on every machine.
@Suite struct ImageFilesTests {
    let folder = Fixtures.temporaryFolder()

    @Test("Folders are sorted, and files stay in the order given") func foldersAreSortedAndFilesStayWhereTheyWereNamed() throws {
        for part in ["b", "a", "a/deep"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
        }
        for name in ["b/2.jpg", "b/10.PNG", "a/x.jpeg", "a/notes.txt", "a/deep/y.webp", "a/.hidden.jpg", "Z.jpg"] {
            Fixtures.write([1], to: "\(folder)/\(name)")
        }
        let expected = ["Z.jpg", "a/deep/y.webp", "a/x.jpeg", "b/10.PNG", "b/2.jpg"].map { "\(folder)/\($0)" }
        #expect(try ImageFiles.list([folder]) == expected)
        #expect(
            try ImageFiles.list(["\(folder)/none.jpg", "\(folder)/b/"]) == ["none.jpg", "b/10.PNG", "b/2.jpg"].map { "\(folder)/\($0)" })
    }

    @Test("A folder without pictures and one that contains itself are refused")
    func aFolderWithoutPicturesAndOneThatHoldsItselfAreRefused() throws {
        #expect(throws: FacesError.noImages(folder: folder)) { try ImageFiles.list([folder]) }
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/round", withDestinationPath: folder)
        #expect(throws: FacesError.self) { try ImageFiles.list([folder]) }
    }
}
