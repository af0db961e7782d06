import Arguments
import ConvertKit

/// Options by which many machines share a command's work.
enum ShardOptions {
    static let shard = Option(
        "--shard", "I/N", ValueKind("an index from 0 and the number of parts, such as 3/16, or auto/16") { ShardChoice($0) },
        help: "only part I of N of the manifest's files, counted from 0; auto takes the index from the scheduler: SLURM_ARRAY_TASK_ID, "
            + "JOB_COMPLETION_INDEX or PBS_ARRAY_INDEX from 0, SGE_TASK_ID or PARALLEL_SEQ from 1",
        needs: ["--manifest"])
    static let manifest = Option(
        "--manifest", "FILE", .file, help: "the list of the folder's files, as the command manifest writes it", needs: ["--shard"])
    static let parts = Option(
        "--parts", "DIR", .folder,
        help: "where finished parts go, one folder for all of them; merge joins them (docs/cluster.md); one level is created",
        needs: ["--shard"])

    static let all: [any Declared] = [shard, manifest, parts]
    static let group = OptionGroup("Many machines:", all)

    /// The part that is asked for; nil if all of the work is.
    static func request(_ given: Invocation) throws -> ShardRequest? {
        guard let choice = given[shard] else { return nil }
        guard let manifest = given[manifest] else { throw UsageError.needs("--shard", "--manifest FILE") }
        guard let folder = given[parts] else { throw UsageError.needs("--shard", "--parts DIR") }
        return ShardRequest(try choice.shard(), manifest: manifest, folder: folder)
    }

    /// The one folder whose files are divided.
    static func folder(_ operands: [String], command: String) throws(UsageError) -> String {
        guard let folder = operands.first else { throw .missingArgument("DIR", command: command) }
        if operands.count > 1 { throw .surplusArgument(operands[1], command: "\(command) --shard") }
        return folder
    }
}
