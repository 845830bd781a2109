package pdf

import (
	"fmt"

	"overt/extract/document"
)

// members gives the files that hang on the document and on its pages, and its
// XFA data.
func (r *reading) members() error {
	count := 0
	failed, err := r.do(func(in *instance) error {
		count = int(min(int32(in.call("FPDFDoc_GetAttachmentCount", r.open.doc)), maxAttached))
		return nil
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return r.out.Gap(document.Gap{Where: "attached files", Code: document.Damaged, Reason: "the list of attached files made PDFium give up"})
	}
	var all []attached
	for i := range count {
		all = append(all, attached{0, i})
	}
	for _, a := range append(all, r.attached...) {
		if err := r.attachment(a); err != nil {
			return err
		}
	}
	return r.xfa()
}

// attachment gives one attached file.
func (r *reading) attachment(a attached) error {
	m := document.Member{Role: document.Attached, Size: -1}
	var there, whole bool
	failed, err := r.do(func(in *instance) (err error) {
		if a.page == 0 {
			f := in.call("FPDFDoc_GetAttachment", r.open.doc, uint32(a.index))
			if there = f != 0; there {
				whole, err = r.give(in, f, &m)
			}
			return err
		}
		s, ok := in.load(r.open.doc, a.page)
		if !ok {
			return nil
		}
		defer s.closeLater()
		annot := in.call("FPDFPage_GetAnnot", s.page, uint32(a.index))
		if annot == 0 {
			return nil
		}
		if f := in.call("FPDFAnnot_GetFileAttachment", annot); f != 0 {
			there = true
			whole, err = r.give(in, f, &m)
		}
		in.call("FPDFPage_CloseAnnot", annot)
		return err
	})
	switch {
	case err != nil:
		return err
	case failed == nil && (whole || !there):
		return nil
	}
	code := document.Damaged
	if failed != nil && failed.full {
		code = document.TooMuch
	}
	return r.out.Gap(document.Gap{Page: a.page, Where: "attached file " + short(m.Path, 1<<10), Code: code, Reason: "an attached file cannot be unpacked"})
}

func (s *sheet) closeLater() {
	if r := recover(); r != nil {
		panic(r)
	}
	s.close()
}

// give gives an attached file; m is filled with what is known of it.
func (r *reading) give(in *instance, f ptr, m *document.Member) (whole bool, err error) {
	m.Path = short(in.wide("FPDFAttachment_GetName", f), 4<<10)
	m.Type = short(in.wide("FPDFAttachment_GetSubtype", f), 1<<10)
	if m.Modified = date(in.entry("FPDFAttachment_GetStringValue", f, "ModDate")); m.Modified == "" {
		m.Modified = date(in.entry("FPDFAttachment_GetStringValue", f, "CreationDate"))
	}
	return in.outBytes(func(data []byte) error { return r.member(*m, data) }, "FPDFAttachment_GetFile", f)
}

func (r *reading) member(m document.Member, data []byte) error {
	w, err := r.out.Member(m)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}

// xfa gives the packets of an XFA form, which together are one XML document.
func (r *reading) xfa() error {
	const most = 64 << 20
	var data []byte
	failed, err := r.do(func(in *instance) error {
		n := min(int32(in.call("FPDF_GetXFAPacketCount", r.open.doc)), 1_000)
		for i := int32(0); i < n && len(data) < most; i++ {
			ok, err := in.outBytes(func(b []byte) error {
				data = append(data, b[:min(len(b), most-len(data))]...)
				return nil
			}, "FPDF_GetXFAPacketContent", r.open.doc, uint32(i))
			if err != nil {
				return err
			}
			if !ok {
				return r.out.Gap(document.Gap{Where: fmt.Sprintf("XFA packet %d", i+1), Code: document.Damaged, Reason: "a part of the XFA form cannot be unpacked"})
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case failed != nil:
		return r.out.Gap(document.Gap{Where: "XFA form", Code: document.Damaged, Reason: "the XFA form made PDFium give up"})
	case len(data) == 0:
		return nil
	}
	return r.member(document.Member{Path: "xfa.xdp", Type: "application/vnd.adobe.xdp+xml", Role: document.Embedded, Size: int64(len(data))}, data)
}
