-- Tokens (package identity): who may ask over the network, and until when.

create table token (
	id      text primary key check (length(id) = 12),
	actor   text not null check (actor <> ''),
	purpose text not null check (purpose <> ''),
	hash    blob not null check (length(hash) = 32), -- SHA-256 of the secret
	made    text not null, -- RFC 3339, as the next two
	expires text not null,
	revoked text not null default ''
) strict, without rowid;
