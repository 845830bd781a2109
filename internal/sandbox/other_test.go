//go:build !linux

package sandbox

import (
	"os/exec"
	"testing"
)

const parentWord = "--parent"

func beParent() {}

func become(*exec.Cmd, uint32) {}

func leak(*testing.T) {}

// TestBare: where nothing confines, a worker is refused unless it is asked for.
func TestBare(t *testing.T) {
	if _, _, err := run(t, Config{Kind: "echo"}, Input{}); !isFailure(err, NotConfined) {
		t.Errorf("got %v", err)
	}
	said, u, err := run(t, Config{Kind: "echo", Bare: true}, Input{})
	if err != nil || said != "hello" || u.Attestation.Confined() {
		t.Errorf("got %q, %v, %+v", said, err, u.Attestation)
	}
}
