package main

import (
	"os"
	"strconv"
	"strings"

	"overt/identity"
	"overt/policy"
	"overt/policy/engine"
)

// rights are those of the owner of a home, for the labels given, as the policy
// engine makes them.
func rights(labels ...policy.Label) (policy.Scope, error) {
	owner := identity.Actor{ID: "local:bench"}
	text, err := engine.Default(owner.ID).Marshal()
	if err != nil {
		return policy.Scope{}, err
	}
	e, err := engine.Parse("policy", text)
	if err != nil {
		return policy.Scope{}, err
	}
	purpose, err := e.Purpose("")
	if err != nil {
		return policy.Scope{}, err
	}
	scope, _ := e.Scope(owner, purpose, policy.Cases{}, labels)
	return scope, nil
}

// peak is the largest resident memory the process has had, in bytes; 0 where
// the system does not tell. Source: proc_pid_status(5), VmHWM.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			n, _ := strconv.ParseInt(kb, 10, 64)
			return n << 10
		}
	}
	return 0
}
