-- The coverage ledger (package ledger): what was received and what became of it.

create table entry (
	id         integer primary key,
	token      text    not null check (token <> ''),
	dataset    text    not null check (dataset <> ''),
	source     text    not null,
	at         text    not null, -- RFC 3339
	undone     text    not null default '', -- RFC 3339
	verdict    text    not null check (verdict in ('waiting', 'read', 'partial', 'failed', 'refused')),
	prepared   text    not null default '' check (prepared in ('', 'read', 'partial', 'failed', 'refused')),
	reason     text    not null default '',
	retry      text    not null default '',
	run        integer not null default 0 check (run >= 0),
	received   integer not null default 0 check (received >= 0),
	read       integer not null default 0 check (read >= 0),
	left_out   integer not null default 0 check (left_out >= 0),
	repeats    integer not null default 0 check (repeats between 0 and read),
	blob       text    not null default '',
	size       integer not null default 0 check (size >= 0), -- bytes
	format     text    not null default '',
	mapping    text    not null default '',
	warnings   text    not null default '[]' check (json_valid(warnings)),
	left_total integer not null default 0, -- rows of left_reason, summed
	left_fatal integer not null default 0,
	check (received = read + left_out),
	check (verdict not in ('failed', 'refused') or (run = 0 and read = 0 and reason <> ''))
) strict;

create index entry_by_dataset on entry (dataset, id);
create index entry_by_run on entry (run) where run <> 0;
create index entry_waiting on entry (id) where verdict = 'waiting';

create table left_row (
	entry   integer not null references entry (id),
	n       integer not null, -- from 0, in the order they were left
	place   text    not null check (json_valid(place)), -- overt.Locator
	header  text    not null, -- the column
	reason  text    not null check (reason <> ''),
	fatal   integer not null check (fatal in (0, 1)),
	primary key (entry, n)
) strict, without rowid;

create table left_reason (
	entry  integer not null references entry (id),
	reason text    not null,
	total  integer not null check (total > 0),
	fatal  integer not null check (fatal between 0 and total),
	primary key (entry, reason)
) strict, without rowid;

create table dataset (
	name      text primary key check (name <> ''),
	title     text not null,
	publisher text not null,
	licence   text not null,
	address   text not null,
	class     text not null
) strict;
