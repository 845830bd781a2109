-- What was not read is found, and what there is added up, without reading each entry.

create index entry_gaps on entry (id) where verdict <> 'read' and undone = '';
create index entry_read on entry (dataset, blob) where verdict = 'read' and undone = '';
create index entry_sums on entry (dataset, document, verdict, received, read, left_out) where undone = '';
create index entry_warned on entry (id) where warnings <> '[]' and undone = '';
