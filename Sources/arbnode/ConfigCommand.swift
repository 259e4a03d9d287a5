import ArgumentParser
import Configuration

/// `arbnode config`: what a configuration says, and what is wrong with it.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a configuration, show the effective one, compare two, sign one.",
        discussion: "Example: arbnode config show config/demo.yaml",
        subcommands: [Validate.self, Show.self, Diff.self, ConfigSignCommand.self])

    /// The file, named with or without its option.
    struct FileArguments: ParsableArguments {
        @Argument(help: ArgumentHelp("The configuration file.", valueName: "file"))
        var file: String?

        @Option(name: .customLong("config"), help: ArgumentHelp("The same, as an option.", valueName: "file"))
        var option: String?

        @Flag(help: "Print one JSON object.")
        var json = false

        func validate() throws {
            guard (file == nil) != (option == nil) else {
                throw ValidationError("Name one configuration file: FILE or --config FILE.")
            }
        }

        var path: String { file ?? option ?? "" }
    }

    /// Loads, or prints every problem and ends with `EX_CONFIG`.
    fileprivate static func loaded(_ arguments: FileArguments) throws -> NodeConfiguration {
        try loaded(arguments.path, arguments.json)
    }

    fileprivate static func loaded(_ path: String, _ json: Bool) throws -> NodeConfiguration {
        switch NodeConfiguration.load(path: path) {
        case .success(let configuration): return configuration
        case .failure(let problems):
            if json {
                Terminal.print(problems.json(file: path))
            } else {
                let count = problems.list.count
                let total = count == 1 ? "1 problem" : "\(count) problems"
                Terminal.say("\(problems)\n\(path): \(total)")
            }
            throw ExitCode(78)
        }
    }

    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every problem of a configuration as file:line:column: message.",
            discussion: """
                Reads the file, all it includes and the venue files it names. Exits with 0 when all is well, \
                with 78 otherwise. Nothing is connected to and no secret is read.

                Example: arbnode config validate config/paper.yaml
                """)

        @OptionGroup var arguments: FileArguments

        func run() throws {
            let configuration = try ConfigCommand.loaded(arguments)
            Terminal.print(
                arguments.json
                    ? configuration.validity() : "\(arguments.path): valid; \(configuration.summary)")
        }
    }

    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what differs between two configurations, and what each difference takes.",
            discussion: """
                Values that hold, not texts: comments and the order of keys are no difference. A change \
                takes one person, two people (it loosens a limit) or a restart. Exits with 0 when nothing \
                differs, with 1 when something does.

                Example: arbnode config diff config/paper.yaml config/live.yaml
                """)

        @Argument(help: "The configuration that holds.", completion: .file()) var old: String
        @Argument(help: "The one that shall hold.", completion: .file()) var new: String
        @Flag(help: "Print one JSON object.") var json = false

        func run() throws {
            let delta = ConfigurationDelta(
                from: try ConfigCommand.loaded(old, json).document,
                to: try ConfigCommand.loaded(new, json).document)
            if json {
                Terminal.print(delta.json(old: old, new: new))
            } else if !delta.isEmpty {
                Terminal.print(delta.render())
            }
            if !delta.isEmpty { throw ExitCode(1) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the effective configuration, each value with the file and line it comes from.",
            discussion: "Example: arbnode config show config/demo.yaml")

        @OptionGroup var arguments: FileArguments

        func run() throws {
            let document = try ConfigCommand.loaded(arguments).document
            Terminal.print(arguments.json ? document.json() : document.render())
        }
    }
}
