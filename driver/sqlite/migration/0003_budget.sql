-- What was unpacked from a received file, and what reading it cost, is counted with
-- it.

alter table entry add column root        integer not null default 0 check (root >= 0); -- entry; 0 for itself
alter table entry add column cpu         integer not null default 0 check (cpu >= 0); -- milliseconds
alter table entry add column spent_files integer not null default 0 check (spent_files >= 0);
alter table entry add column spent_bytes integer not null default 0 check (spent_bytes >= 0);
alter table entry add column spent_cpu   integer not null default 0 check (spent_cpu >= 0); -- milliseconds

create index entry_by_parent on entry (parent) where parent <> 0;

with recursive inside (id, root) as (
	select id, parent from entry where parent <> 0 and parent in (select id from entry where parent = 0)
	union all
	select e.id, inside.root from entry e join inside on e.parent = inside.id
)
update entry set root = inside.root from inside where entry.id = inside.id;

update entry set spent_files = sums.files, spent_bytes = sums.bytes
	from (select root, count(*) as files, sum(size) as bytes from entry where root <> 0 group by root) as sums
	where entry.id = sums.root;
