package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"overt"
)

var errLocked = errors.New("locked")

// takeLock makes this process the one writer of the folder.
func takeLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	f, err := lockFile(path)
	if errors.Is(err, errLocked) {
		return nil, overt.Errorf(overt.Unavailable, dir, "the audit log is in use by %s", holder(path))
	}
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "lock the audit log: %w", err)
	}
	// The pid is there to be shown, nothing depends on it.
	pid := []byte(strconv.Itoa(os.Getpid()) + "\n")
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt(pid, 0)
	}
	return f, nil
}

func holder(path string) string {
	data, err := readSmall(path, 64)
	pid, perr := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || perr != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}
