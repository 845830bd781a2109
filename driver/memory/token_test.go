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
