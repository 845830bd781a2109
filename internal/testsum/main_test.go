package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	tests := []struct {
		name  string
		steps []string
		in    string
		ok    bool
		last  string
		says  []string
	}{
		{
			name: "leaves count, parents do not",
			in: `{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"pass","Package":"p","Test":"A/x"}
{"Action":"run","Package":"p","Test":"A/y"}
{"Action":"pass","Package":"p","Test":"A/y"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p","Elapsed":1.5}`,
			ok: true, last: "2 passed, 0 failed, 0 skipped", says: []string{"1 packages with tests", "2 passed   0 failed   0 skipped      1.5s"},
		},
		{
			name: "a parent that fails by itself counts once",
			in: `{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"pass","Package":"p","Test":"A/x"}
{"Action":"output","Package":"p","Test":"A","Output":"after the fact\n"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`,
			last: "1 passed, 1 failed, 0 skipped", says: []string{"--- failed: p.A", "after the fact"},
		},
		{
			name: "a failing subtest is not counted twice",
			in: `{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"fail","Package":"p","Test":"A/x"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`,
			last: "0 passed, 1 failed, 0 skipped", says: []string{"--- failed: p.A/x"},
		},
		{
			name: "skips carry their reason",
			in: `{"Action":"run","Package":"p","Test":"A"}
{"Action":"output","Package":"p","Test":"A","Output":"=== RUN   A\n"}
{"Action":"output","Package":"p","Test":"A","Output":"    a_test.go:7: the real data is not there\n"}
{"Action":"output","Package":"p","Test":"A","Output":"--- SKIP: A (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`,
			ok: true, last: "0 passed, 0 failed, 1 skipped", says: []string{"skipped 1, the real data is not there: p.A"},
		},
		{
			name: "skipped in one run, passed in another",
			in: `{"Action":"run","Package":"p","Test":"A"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}
now with -race
{"Action":"run","Package":"p","Test":"A"}
{"Action":"skip","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`,
			ok: true, last: "1 passed, 0 failed, 0 skipped", says: []string{"now with -race"},
		},
		{
			name: "passed in one run, failed in another",
			in: `{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}
{"Action":"run","Package":"p","Test":"A"}
{"Action":"output","Package":"p","Test":"A","Output":"WARNING: DATA RACE\n"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`,
			last: "0 passed, 1 failed, 0 skipped", says: []string{"WARNING: DATA RACE"},
		},
		{
			name: "a package that does not build",
			in: `{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/a.go:3:2: undefined: x\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","Elapsed":0,"FailedBuild":"p [p.test]"}`,
			last: "0 passed, 1 failed, 0 skipped", says: []string{"--- failed: p\n", "undefined: x"},
		},
		{
			name: "a package that dies in the middle",
			in: `{"Action":"run","Package":"p","Test":"A"}
{"Action":"output","Package":"p","Test":"A","Output":"panic: test timed out after 1s\n"}
{"Action":"fail","Package":"p","Elapsed":1}`,
			last: "0 passed, 1 failed, 0 skipped", says: []string{"test timed out"},
		},
		{
			name:  "steps count",
			steps: []string{"gofmt=pass", "vet=fail", "staticcheck=skip:it could not be fetched"},
			in: `{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`,
			last: "2 passed, 1 failed, 1 skipped", says: []string{"--- failed: vet", "it could not be fetched: staticcheck"},
		},
		{
			name: "nothing tested is no success",
			in:   "", last: "0 passed, 0 failed, 0 skipped",
		},
		{
			name: "a package without tests is silent",
			in: `{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}
{"Action":"skip","Package":"q"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`,
			ok: true, last: "1 passed, 0 failed, 0 skipped",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			ok, err := run(tt.steps, strings.NewReader(tt.in), &out)
			if err != nil {
				t.Fatalf("run: %v", err)
			}
			if ok != tt.ok {
				t.Errorf("ok = %v, want %v", ok, tt.ok)
			}
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if got := lines[len(lines)-1]; got != tt.last {
				t.Errorf("last line %q, want %q", got, tt.last)
			}
			for _, want := range tt.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in:\n%s", want, out.String())
				}
			}
		})
	}
}

func TestStepRefusesNonsense(t *testing.T) {
	for _, arg := range []string{"", "vet", "vet=maybe", "=pass"} {
		if _, err := run([]string{arg}, strings.NewReader(""), &strings.Builder{}); err == nil {
			t.Errorf("step %q is accepted", arg)
		}
	}
}
