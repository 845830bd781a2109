package pipeline_test

import (
	"testing"

	"overt/export"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
)

// FuzzNative: whatever a file says, it is in the ledger with a verdict, and what
// came in can be written in each form.
func FuzzNative(f *testing.F) {
	f.Add(odd)
	f.Add(ownership)
	f.Add(olderOwnership)
	f.Add(`{"op":"MOD","entity":{"id":"a","schema":"Person","properties":{"name":["A"],"parent":[{"id":"b","schema":"X","properties":{"y":[{}]}}]}}}`)
	f.Add(`{"id":"a","schema":"Person","properties":{"~":[1],"a/b":{"id":"c","schema":"Company"}},"first_seen":null,"target":"x","datasets":"d","referents":[null]}`)
	f.Add("canonical_id,entity_id,prop,prop_type,schema,value,dataset\na,b,name,name,Person,x,d\nc,d,odd,,Person,y,d\n")
	f.Add("entity_id,prop,value,dataset\na,Person:name,x,d\n")
	f.Fuzz(func(t *testing.T, doc string) {
		h := hometest.Memory(t)
		rep := text(t, h, pipeline.Request{Dataset: "d"}, "x.delta.json", doc)
		switch v := rep.Files[0].Verdict; v {
		case ledger.Read, ledger.Partial, ledger.Failed, ledger.Refused:
		default:
			t.Errorf("the verdict is %q", v)
		}
		for _, format := range []export.Format{export.FTM, export.Statements, export.BODS} {
			written(t, h, format, export.Options{})
		}
	})
}
