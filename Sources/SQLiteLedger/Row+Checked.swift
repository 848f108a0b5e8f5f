internal import EventLog
internal import Foundation
internal import GRDB

/// Columns as what they must be.
///
/// GRDB's own conversions trap on a value of another storage class, and a damaged file may hold any.
/// Source: https://www.sqlite.org/datatype3.html#storage_classes_and_datatypes
extension GRDB.Row {
    /// - Throws: `.corrupt` for anything but an integer.
    func integer(_ column: Int) throws(LedgerError) -> Int64 {
        guard case .int64(let value) = storage(column) else { throw damage(column, "an integer") }
        return value
    }

    /// - Throws: `.corrupt` for anything but an integer or NULL.
    func optionalInteger(_ column: Int) throws(LedgerError) -> Int64? {
        if case .null = storage(column) { return nil }
        return try integer(column)
    }

    /// - Throws: `.corrupt` for anything but a text.
    func text(_ column: Int) throws(LedgerError) -> String {
        guard case .string(let value) = storage(column) else { throw damage(column, "a text") }
        return value
    }

    /// - Throws: `.corrupt` for anything but bytes.
    func bytes(_ column: Int) throws(LedgerError) -> [UInt8] {
        guard case .blob(let value) = storage(column) else { throw damage(column, "bytes") }
        return [UInt8](value)
    }

    private func storage(_ column: Int) -> DatabaseValue.Storage {
        (self[column] as DatabaseValue).storage
    }

    private func damage(_ column: Int, _ expected: String) -> LedgerError {
        let found =
            switch storage(column) {
            case .null: "nothing"
            case .int64: "an integer"
            case .double: "a real number"
            case .string: "a text"
            case .blob: "bytes"
            }
        let name = Array(columnNames)[column]
        return .corrupt(position: nil, reason: "\(name) holds \(found), not \(expected)")
    }
}
