package memory_test

import (
	"testing"

	"overt/blob"
	"overt/blob/blobtest"
	"overt/casefile"
	"overt/casefile/casefiletest"
	"overt/driver/memory"
	"overt/ledger"
	"overt/ledger/ledgertest"
	"overt/statement"
	"overt/statement/statementtest"
)

func TestLedger(t *testing.T) {
	ledgertest.Run(t, func(*testing.T) ledger.Store { return &memory.Ledger{} })
}

func TestCases(t *testing.T) {
	casefiletest.Run(t, func(*testing.T) casefile.Store { return &memory.Cases{} })
}

func TestBlobs(t *testing.T) {
	blobtest.Run(t, func(*testing.T) blob.Store { return &memory.Blobs{} })
}

func TestStatements(t *testing.T) {
	statementtest.Run(t, func(*testing.T) statement.Store { return &memory.Store{} })
}

func TestOracle(t *testing.T) {
	statementtest.Oracle(t, func(*testing.T) statement.Store { return &memory.Store{} }, 20_000)
}
