// Package identity says who is asking. Embedded, that is the person at the
// keyboard, as the operating system knows them; accounts of a server take
// their place beside it, not under it.
package identity

import (
	"os"
	"os/user"
	"strings"

	"overt"
)

// An Actor is somebody, or a worker of ours, who asks.
type Actor struct {
	ID   string // stable: "local:anna", "worker:derive"
	Name string // to show
}

// Local is the person who runs the process. Errors: unavailable when the
// operating system does not say.
func Local() (Actor, error) {
	u, err := user.Current()
	name := ""
	if err == nil {
		name = u.Username
	}
	if name == "" {
		name = os.Getenv("USER") // static binaries in bare containers have no user list
	}
	if name = strings.TrimSpace(name); name == "" {
		return Actor{}, overt.Errorf(overt.Unavailable, "", "cannot tell who is asking: the operating system names no user")
	}
	return Actor{ID: "local:" + name, Name: name}, nil
}

// Worker is a part of the program that acts under its own name.
func Worker(name string) Actor { return Actor{ID: "worker:" + name, Name: name} }

// IsWorker says whether the actor is a part of the program.
func (a Actor) IsWorker() bool { return strings.HasPrefix(a.ID, "worker:") }
