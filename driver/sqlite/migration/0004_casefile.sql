-- Casework (package casefile): what people did in cases, one row for each event.
-- Nothing is overwritten: the state of a case is a fold over its rows.

create table case_event (
	case_id text    not null check (case_id <> ''),
	seq     integer not null check (seq > 0), -- from 1, without a gap
	at      text    not null, -- RFC 3339, UTC
	actor   text    not null check (actor <> ''),
	kind    text    not null,
	body    text    not null check (json_valid(body)), -- casefile.Event
	primary key (case_id, seq)
) strict, without rowid;

-- Whose role an event may change: a person's cases are found by it.
create table case_person (
	person  text not null,
	case_id text not null,
	primary key (person, case_id)
) strict, without rowid;

create trigger case_event_stays before update on case_event
	begin select raise(abort, 'events of a case are only added'); end;
create trigger case_event_is_kept before delete on case_event
	begin select raise(abort, 'events of a case are only added'); end;
