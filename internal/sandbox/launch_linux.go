//go:build amd64 || arm64

package sandbox

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// libraries are where the loader of the system finds what programs share, and the
// empty file that some open first.
var libraries = []string{
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ld.so.preload",
	"/dev/null",
}

// launch confines this process and becomes the tool. It returns only when that
// could not be done.
func launch(conn *Conn, j job, omit layer) error {
	t := j.Tool
	if t == nil {
		return errors.New("no tool is named")
	}
	files, err := executables(t.Path)
	if err != nil {
		return err
	}
	path, err := unix.BytePtrFromString(t.Path)
	if err != nil {
		return err
	}
	args, err := syscall.SlicePtrFromStrings(append([]string{filepath.Base(t.Path)}, t.Args...))
	if err != nil {
		return err
	}
	env, err := syscall.SlicePtrFromStrings(append([]string{"LC_ALL=C.UTF-8", "OMP_THREAD_LIMIT=1"}, t.Env...))
	if err != nil {
		return err
	}
	a := confine(bounds{
		job: j, tool: true, readOnly: append(libraries, t.ReadOnly...), run: files, path: uintptr(unsafe.Pointer(path)),
	}, omit)
	a.Kind = kindTool
	if err := conn.attest(a); err != nil {
		return err
	}
	if !a.Confined() {
		return errors.New("not confined: " + strings.Join(a.Missing(), ", "))
	}
	_, _, errno := unix.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(&args[0])), uintptr(unsafe.Pointer(&env[0])))
	runtime.KeepAlive(path)
	runtime.KeepAlive(args)
	runtime.KeepAlive(env)
	return fmt.Errorf("%s: %w", t.Path, errno)
}

// executables gives the program's file and the loader that it names.
func executables(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s is no program that can be confined: %w", path, err)
	}
	defer f.Close()
	out := []string{path}
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP || p.Filesz > unix.PathMax {
			continue
		}
		name, err := io.ReadAll(p.Open())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out = append(out, strings.TrimRight(string(name), "\x00"))
	}
	return out, nil
}
