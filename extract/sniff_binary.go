package extract

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// isTar goes by the mark of POSIX and GNU archives, or, for those older than
// it, by the checksum of the first header.
func isTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	stated, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 32)
	if err != nil || head[0] == 0 {
		return false
	}
	sum := int64(0)
	for i, b := range head[:512] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += int64(b)
	}
	return sum == stated
}

// dbfVersions are the first bytes of dBase tables and their kin: dBase
// III to 7, FoxBASE, SQL tables, FoxPro, Visual FoxPro, with and without memo.
const dbfVersions = "\x03\x04\x05\x30\x31\x32\x43\x63\x7b\x83\x8b\x8c\x8e\xcb\xe5\xf5\xfb"

// isDBF goes by the fixed parts of a dBase header: version, day of the last
// change, lengths that fit each other, and a first field with name and type.
func isDBF(head []byte) bool {
	if len(head) < 65 || bytes.IndexByte([]byte(dbfVersions), head[0]) < 0 || head[2] > 12 || head[3] > 31 {
		return false
	}
	header, record := binary.LittleEndian.Uint16(head[8:]), binary.LittleEndian.Uint16(head[10:])
	field := head[32:64]
	kind := field[11]
	if head[0]&7 == 4 { // dBase 7 has longer names
		if len(head) < 117 {
			return false
		}
		field, kind = head[68:], head[100]
	}
	name, _, _ := bytes.Cut(field[:11], []byte{0})
	for _, c := range name {
		if c < ' ' {
			return false
		}
	}
	return header >= 65 && record >= 2 && len(name) > 0 && kind >= '+' && kind <= 'Z'
}
