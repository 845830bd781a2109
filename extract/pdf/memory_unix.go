//go:build unix

package pdf

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func reserve(size int) ([]byte, error) {
	all, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("take %d bytes of memory: %w", size, err)
	}
	return all, nil
}

func unreserve(all []byte) error { return unix.Munmap(all) }
