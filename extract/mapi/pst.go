package mapi

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"overt/extract/document"
	"overt/extract/mail"
	"overt/extract/markup"
)

// PST reads a mailbox of Outlook: PST, and OST, its copy of a mailbox on a server
// ([MS-PST]). Each item is a member: a message composed of its properties, at the
// path of its folders.
//
// Items are found through the table of all nodes, not through the folders, so that
// those that no folder shows any more come out as well.
type PST struct{}

var _ document.Reader = PST{}

const (
	nodeNames  = 0x61  // the table of named properties
	nodeStore  = 0x21  // the mailbox itself
	nodeRoot   = 0x122 // the topmost folder
	recipTable = 0x692

	kindFolder     = 0x02
	kindSearch     = 0x03
	kindMessage    = 0x04
	kindAttachment = 0x05
	kindAssociated = 0x08

	tagPassword  = 0x67FF
	maxFolders   = 1 << 20
	maxFolderLen = 200 // bytes of a folder's name
)

// Read implements document.Reader.
func (PST) Read(ctx context.Context, in document.Input, out document.Sink) error {
	s, err := openStore(ctx, in, in.Size)
	if err != nil {
		return err
	}
	b := &mailbox{ctx: ctx, s: s, out: out, folders: map[uint32]folder{}}
	if s.crypt > 2 {
		return &document.Refusal{Code: document.Protected, Reason: "the mailbox is encrypted by Windows for its owner", Retry: "export it from the owner's Outlook"}
	}
	if err := b.readNames(); err != nil {
		if err := b.gap("the names of properties", document.Damaged, err); err != nil {
			return err
		}
	}
	if err := b.readStore(); err != nil {
		return err
	}
	if err := b.readFolders(); err != nil {
		return err
	}
	return b.readItems()
}

// A mailbox is a file of that format being read.
type mailbox struct {
	ctx     context.Context
	s       *store
	out     document.Sink
	names   map[named]uint16
	folders map[uint32]folder
	page    string // encoding of 8-bit strings
	damage  int    // pages of the table of nodes that cannot be read
}

type folder struct {
	name   string
	parent uint32
}

// gap says what could not be read, unless it is that there was no time to.
func (b *mailbox) gap(where, code string, err error) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	return b.out.Gap(document.Gap{Where: mail.Short(where), Code: code, Reason: mail.Sentence(err)})
}

func (b *mailbox) readNames() error {
	n, err := b.s.node(nodeNames)
	if err != nil {
		return err
	}
	set, err := n.bag(nil)
	if err != nil {
		return err
	}
	read := func(id uint16) []byte {
		raw, _, e := set.props[id].bytes(16 << 20)
		if e != nil {
			err = e
		}
		return raw
	}
	b.names = names(read(2), read(3), read(4))
	return err
}

// readStore says what the mailbox tells of itself.
func (b *mailbox) readStore() error {
	n, err := b.s.node(nodeStore)
	var set bag
	if err == nil {
		set, err = n.bag(b.names)
	}
	if err != nil {
		return b.gap("the mailbox", document.Damaged, err)
	}
	set.findPage()
	b.page = set.page
	if name := set.line(tagDisplayName); name != "" {
		if err := b.out.Property("title", name); err != nil {
			return err
		}
	}
	if n, ok := set.number(tagPassword); ok && n != 0 {
		return b.out.Note(document.Note{Code: "password", Message: "the mailbox has a password, which protects nothing: it was read without"})
	}
	return nil
}

// nodesOf calls f with the nodes of the mailbox that are of some kinds.
func (b *mailbox) nodesOf(f func(n node, parent uint32, kind uint32) error, kinds ...uint32) error {
	b.damage = 0
	count := 0
	return b.s.each(b.s.nodes, func(e []byte, damage error) error {
		if count++; count%64 == 0 {
			if err := b.ctx.Err(); err != nil {
				return err
			}
		}
		if damage != nil {
			b.damage++
			return nil
		}
		n, parent := b.s.nodeOf(e)
		for _, kind := range kinds {
			if n.id&0x1F == kind {
				return f(n, parent, kind)
			}
		}
		return nil
	})
}

func (b *mailbox) readFolders() error {
	return b.nodesOf(func(n node, parent, _ uint32) error {
		if len(b.folders) >= maxFolders {
			return bad("the mailbox has more folders than are read")
		}
		set, err := n.bag(b.names)
		set.page = b.page
		name := markup.Line(set.text(tagDisplayName))
		if name == "" {
			name = fmt.Sprintf("folder %#x", n.id)
		}
		if len(name) > maxFolderLen {
			name = strings.ToValidUTF8(name[:maxFolderLen], "")
		}
		b.folders[n.id] = folder{strings.ReplaceAll(name, "/", "∕"), parent}
		if err != nil {
			return b.gap("folder "+name, document.Damaged, err)
		}
		return nil
	}, kindFolder, kindSearch)
}

// path gives the folders of an item, topmost first.
func (b *mailbox) path(id uint32) string {
	var list []string
	for range maxNested {
		f, found := b.folders[id]
		if id == nodeRoot || id == f.parent || !found {
			if !found {
				list = append(list, "no folder")
			}
			break
		}
		list = append(list, f.name)
		id = f.parent
	}
	var path strings.Builder
	for i := len(list) - 1; i >= 0; i-- {
		path.WriteString(list[i] + "/")
	}
	return path.String()
}

func (b *mailbox) readItems() error {
	counts := map[uint32]int{}
	err := b.nodesOf(func(n node, parent, kind uint32) error {
		counts[parent]++
		path := b.path(parent)
		if kind == kindAssociated {
			path += "associated/" // hidden: rules, forms, settings of views
		}
		return b.item(n, fmt.Sprintf("%s%d", path, counts[parent]))
	}, kindMessage, kindAssociated)
	if err != nil {
		return err
	}
	if b.damage > 0 {
		return b.gap("the mailbox", document.Damaged, bad("%d pages of the table of its items cannot be read; items may be missing", b.damage))
	}
	return nil
}

// item says one item as a member, and what of it could not be read.
func (b *mailbox) item(n node, path string) error {
	it, err := b.message(n)
	if err != nil {
		return b.gap("member "+path, document.Damaged, err)
	}
	m := it.compose(0)
	member := document.Member{Path: path, Type: "message/rfc822", Charset: "utf-8", Role: document.Message, Size: -1}
	if when := it.date(tagModified); !when.IsZero() {
		member.Modified = when.Format("2006-01-02T15:04:05Z")
	}
	w, err := b.out.Member(member)
	if err != nil {
		return err
	}
	gaps, err := m.Write(b.ctx, w)
	if e := w.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = b.ctx.Err()
	}
	for _, g := range gaps {
		if err != nil {
			return err
		}
		g.Where = mail.Short("member " + path + ": " + g.Where)
		err = b.out.Gap(g)
	}
	return err
}

// message reads the node of a message, at the top or below an attachment.
func (b *mailbox) message(n node) (*item, error) {
	set, err := n.bag(b.names)
	if err != nil && len(set.props) == 0 {
		return nil, err
	}
	it := &item{bag: set}
	it.page = ""
	if err != nil {
		it.gaps = append(it.gaps, mail.Sentence(err))
	}
	if _, typed := it.number(tagMessageCodePage); !typed {
		it.page = b.page
	}
	ids, err := n.ids()
	if err != nil {
		it.gaps = append(it.gaps, mail.Sentence(err))
	}
	for _, id := range ids {
		switch {
		case id == recipTable:
			sub := n.subs[id]
			err = sub.rows(b.names, func(row bag) error {
				if len(it.recipients) >= maxRecipients {
					return bad("there are more recipients than are read")
				}
				it.recipients = append(it.recipients, row)
				return nil
			})
		case id&0x1F == kindAttachment:
			if len(it.attachments) >= maxAttachments {
				it.gaps = append(it.gaps, "there are more attachments than are read")
				return it, nil
			}
			err = b.attach(it, n.subs[id])
		default:
			continue
		}
		if err != nil {
			it.gaps = append(it.gaps, mail.Sentence(err))
		}
	}
	return it, nil
}

func (b *mailbox) attach(it *item, n node) error {
	set, err := n.bag(b.names)
	if err != nil && len(set.props) == 0 {
		return err
	}
	a := attachment{bag: set}
	v, found := set.props[tagAttachData]
	if method, _ := set.number(tagAttachMethod); found && v.typ == typeObject {
		// The value names the node of the object and its size.
		where, _, err := v.bytes(4)
		if err != nil || len(where) < 4 {
			return bad("an attachment of the mailbox does not say where its content is")
		}
		sub, err := n.below(binary.LittleEndian.Uint32(where))
		switch {
		case err != nil:
			return err
		case method == methodEmbeddedMessage:
			a.nested = func() (*item, error) { return b.message(sub) }
		default:
			a.props[tagAttachData] = value{typ: typeBinary, open: func() (*io.SectionReader, error) {
				blob, err := b.s.open(sub.data)
				if err != nil {
					return nil, err
				}
				return blob.reader(), nil
			}}
		}
	}
	it.attachments = append(it.attachments, a)
	return err
}
