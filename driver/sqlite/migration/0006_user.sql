-- Users (package identity): who signs in over the network, with what.

create table user (
	name  text primary key check (name <> ''),
	actor text not null unique check (actor <> ''),
	body  text not null check (json_valid(body)) -- docs/format/user.md
) strict, without rowid;
