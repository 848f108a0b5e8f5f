public import SQLiteLedger

extension SQLiteLedger: EventStore {}
