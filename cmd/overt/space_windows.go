package main

import "golang.org/x/sys/windows"

// freeSpace is how many bytes this user may still write to the disk of a
// folder; ok is false where the system does not say.
func freeSpace(dir string) (free int64, ok bool) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var n uint64
	if err := windows.GetDiskFreeSpaceEx(name, &n, nil, nil); err != nil {
		return 0, false
	}
	return int64(n), true
}
