//go:build !linux && !darwin && !freebsd && !windows

package main

// freeSpace is how many bytes may still be written to the disk of a folder;
// this system is not asked.
func freeSpace(string) (free int64, ok bool) { return 0, false }
