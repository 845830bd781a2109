package mapping_test

import (
	"path/filepath"
	"testing"

	"overt/extract/open"
	"overt/internal/sharedtest"
)

// fpdsVehicles are the vehicles of the shared data with their numbers of
// entries, as its README gives them.
var fpdsVehicles = []struct {
	piid, key string
	entries   int
}{
	{"GS35F0086U", "CONT_IDV_GS35F0086U_4730", 132},
	{"HSHQDC15A00017", "CONT_IDV_HSHQDC15A00017_7001", 25},
	{"NNG15SD22B", "CONT_IDV_NNG15SD22B_8000", 56},
	{"NNG15SC74B", "CONT_IDV_NNG15SC74B_8000", 56},
	{"70CDCR24A00000001", "CONT_IDV_70CDCR24A00000001_7012", 9},
	{"70B04C20A00000008", "CONT_IDV_70B04C20A00000008_7014", 4},
}

func TestFPDSReal(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement", "fpds-atom")
	for _, v := range fpdsVehicles {
		t.Run(v.piid, func(t *testing.T) {
			pages, err := filepath.Glob(filepath.Join(dir, v.piid, "page-*.xml.gz"))
			if err != nil || len(pages) == 0 {
				t.Fatalf("%d pages, %v", len(pages), err)
			}
			r := newResult()
			for _, p := range pages {
				r.load(t, p, "fpds-atom", open.Options{})
			}
			actions := r.of("Obligation")
			if len(actions) != v.entries || len(r.problems) != 0 {
				t.Errorf("got %d actions, %d problems %v, want %d and none", len(actions), len(r.problems), summary(r.problems), v.entries)
			}
			for _, o := range actions {
				if o.one("contract") != v.key || o.one("amount") != "0.00" || o.one("date") == "" || len(o.values["modificationNumber"]) != 1 {
					t.Fatalf("action %v", o.values)
				}
			}
			vehicle := r.entities[v.key]
			if vehicle == nil || vehicle.one("piid") != v.piid || len(vehicle.values["supplier"]) == 0 || len(vehicle.values["contractDate"]) != 1 {
				t.Errorf("vehicle %v", vehicle)
			}
		})
	}
	t.Run("another prefix", func(t *testing.T) {
		r := newResult()
		r.load(t, filepath.Join(dir, "full_response.xml"), "fpds-atom", open.Options{})
		actions := r.of("Obligation")
		if len(actions) != 10 || len(r.problems) != 0 {
			t.Errorf("got %d actions, %d problems %v, want 10 and none", len(actions), len(r.problems), summary(r.problems))
		}
		if got := r.entities["CONT_AWD_1B3G02670_4740_-NONE-_-NONE-"]; got == nil || got.one("obligatedTotal") != "127900.70" || len(got.values["vehicle"]) != 0 {
			t.Errorf("an award without a vehicle: %v", got)
		}
		orders := 0
		for _, a := range r.of("Award") {
			orders += len(a.values["vehicle"])
		}
		if orders != 2 {
			t.Errorf("%d awards under vehicles, want 2", orders)
		}
	})
}
