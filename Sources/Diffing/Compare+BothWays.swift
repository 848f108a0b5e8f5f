public import Model
public import Schemas

/// The fields in which two states of one object differ, whoever owns them: what is new or another in `new`,
/// and what only `old` has, by path.
///
/// `desired` of a change is the value in `new`, `live` the one in `old`. The same differences without meaning
/// are passed over as by `compare(desired:live:)`: defaults, units, order, status, the server's metadata.
public func changes(
    from old: Node, to new: Node, schemas: SchemaRegistry = .builtIn
) -> [FieldChange] {
    // Without an owner, a comparison sees what its desired side has; so both sides have their turn.
    let forward = compare(desired: new, live: old, schemas: schemas, manager: "")
    let gone = compare(desired: old, live: new, schemas: schemas, manager: "")
        .filter { $0.live == nil }
        .map { FieldChange(path: $0.path, desired: nil, live: $0.desired) }
    return (forward + gone).map { ($0.path.description, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
}
