-- Documents wait in the ledger for whoever reads them.

alter table entry add column document integer not null default 0 check (document in (0, 1));
alter table entry add column attempts integer not null default 0 check (attempts >= 0);
alter table entry add column parent   integer not null default 0 check (parent >= 0); -- entry
alter table entry add column taken    integer not null default 0 check (taken in (0, 1)); -- under token
alter table entry add column members  text    not null default '[]' check (json_valid(members)); -- prepared

create index entry_documents on entry (dataset, id) where verdict = 'waiting' and document = 1 and taken = 0;
create index entry_by_blob on entry (dataset, blob) where document = 1;
