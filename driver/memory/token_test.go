package memory_test

import (
	"testing"

	"overt/driver/memory"
	"overt/identity"
	"overt/identity/identitytest"
)

func TestTokens(t *testing.T) {
	identitytest.Run(t, func(*testing.T) identity.Tokens { return &memory.Tokens{} })
}

func TestUsers(t *testing.T) {
	identitytest.RunUsers(t, func(*testing.T) identity.Users { return &memory.Users{} })
}
