-- Watches (package watch): questions that somebody wants asked again, what they found
-- last, and what was told of it.

create table watch (
	id       text primary key check (id <> ''),
	actor    text not null check (actor <> ''),
	purpose  text not null,
	case_id  text not null,
	question text not null check (json_valid(question)), -- watch.Question
	made     text not null, -- RFC 3339, UTC, as all times here
	looked   text not null,
	silent   text not null default '',
	stamp    text not null,
	turn     integer not null default 0,
	told     integer not null default 0,
	seen     integer not null default 0,
	items    integer not null,
	labels   text not null check (json_valid(labels)), -- of the state
	state    text not null check (json_valid(state))   -- watch.State
) strict, without rowid;

create index watch_of on watch (actor, made, id);

create table watch_news (
	watch_id text    not null references watch (id) on delete cascade,
	number   integer not null check (number > 0), -- from 1, without a gap
	body     text    not null check (json_valid(body)), -- watch.News
	primary key (watch_id, number)
) strict, without rowid;
