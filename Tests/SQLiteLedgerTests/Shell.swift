import Foundation

/// Runs SQL as somebody with the sqlite3 shell would; the answer is what it printed.
func shell(_ path: String, _ sql: String) throws -> String {
    try python(
        path,
        """
        try: db.executescript(sys.argv[2]); print("done")
        except sqlite3.Error as error: print(error)
        """, sql)
}

/// Runs SQL with the guards gone, and puts them back: only the bytes tell of it.
func tamper(_ path: String, _ sql: String) throws -> String {
    try python(
        path,
        """
        guards = db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid").fetchall()
        try:
            for name, _ in guards: db.execute("DROP TRIGGER " + name)
            db.executescript(sys.argv[2])
            for _, sql in guards: db.execute(sql)
            db.commit()
            print("done")
        except sqlite3.Error as error: print(error)
        """, sql)
}

/// Runs Python with `db` open on the file; the answer is what it printed.
func python(_ path: String, _ code: String, _ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
        ["python3", "-c", "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n" + code, path]
        + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
}
