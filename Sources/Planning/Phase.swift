public import Declarations
public import EventLog

/// The parts of a sync, in the order in which they run.
public typealias Phase = ResourceDirectives.Phase

extension ResourceDirectives.Phase: StoredEnum {}
