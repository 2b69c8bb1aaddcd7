package edxml

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// Options bounds reading (X7.6, X15.5). The zero value of a field is the exchange's own limit.
type Options struct {
	MaxMessage   int64 // bytes of the whole message; 200 MB
	MaxFile      int64 // bytes of one file, unpacked; 50 MB
	MaxRatio     int64 // expansion of a packed file; 100 (judged above 1 MB)
	MaxFiles     int   // 200
	MaxHeader    int   // bytes of everything but files; 8 MB
	MaxText      int   // bytes of one text; 1 MB
	MaxAttribute int   // bytes of one attribute; 64 kB
	MaxDepth     int   // 100
	MaxElements  int   // 200 000
	MaxJunk      int   // bytes before the declaration; 4096

	// SpoolDir holds files while they are decoded; the system's temporary folder if empty.
	SpoolDir string
	// Own tells our codes: a message that passed through one of them twice is a loop (X6.5). Nil: nothing is a loop.
	Own func(organID string) bool
	// Sink receives every file, once, after the whole message proved readable, in the order of the manifest. Its error ends
	// reading and is returned as it is. Nil: files are checked and hashed, then dropped.
	Sink func(a Attachment, content io.Reader) error
}

func (o Options) withDefaults() Options {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set64 := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	set64(&o.MaxMessage, 200<<20)
	set64(&o.MaxFile, 50<<20)
	set64(&o.MaxRatio, 100)
	set(&o.MaxFiles, 200)
	set(&o.MaxHeader, 8<<20)
	set(&o.MaxText, 1<<20)
	set(&o.MaxAttribute, 64<<10)
	set(&o.MaxDepth, 100)
	set(&o.MaxElements, 200_000)
	set(&o.MaxJunk, 4096)
	return o
}

// SignatureClass says what stands in the place of the packet signature (X8.3). XMLDSig is still to be verified over the bytes.
type SignatureClass string

// Classes of packet signatures.
const (
	SignatureAbsent  SignatureClass = "absent"
	NotASignature    SignatureClass = "not_a_signature"
	XMLDSigSignature SignatureClass = "xmldsig"
)

// Message is what Read understood. Exactly one of Document and Status is set.
type Message struct {
	Document    *DocumentMessage
	Status      *StatusMessage
	Attachments []Attachment // in the order of the manifest (X7.5)
	Signature   SignatureClass
	Warnings    []Warning
	SHA256      string // hex, of the original bytes (X7.7)
	Size        int64  // of the original bytes
}

// From gives the sender of either kind of message.
func (m *Message) From() Organization {
	switch {
	case m.Document != nil:
		return m.Document.From
	case m.Status != nil:
		return m.Status.From
	}
	return Organization{}
}

const maxWarnings = 200

type reader struct {
	opt     Options
	src     *meter
	sc      *scanner
	msg     *Message
	root    *node // children: envelope and foreign elements
	places  []*place
	singles map[string]bool
	files   []*file
	held    int // bytes of header kept
}

// Read reads one message. What cannot be read is a *Quarantine; an error of r, of the spool or of the sink is returned as it is.
// The original bytes are not kept: SHA256 and Size in the message tell whether a caller's copy is the same.
func Read(r io.Reader, opt Options) (*Message, error) {
	rd := &reader{opt: opt.withDefaults(), msg: &Message{Signature: SignatureAbsent}, root: &node{}, singles: map[string]bool{}}
	rd.src = newMeter(r, rd.opt.MaxMessage)
	rd.sc = newScanner(rd.src, &rd.opt, rd.warn)
	defer rd.drop()
	err := rd.read()
	if err == nil {
		return rd.msg, nil
	}
	if rd.src.fault != nil {
		return nil, rd.src.fault
	}
	var q *Quarantine
	if !errors.As(err, &q) {
		return nil, err
	}
	rd.drain()
	if rd.src.fault != nil {
		return nil, rd.src.fault
	}
	if rd.msg.Document == nil && rd.msg.Status == nil {
		_ = rd.interpret()
	}
	q.Partial = rd.msg
	return nil, q
}

func (rd *reader) read() error {
	if err := rd.skipJunk(); err != nil {
		return err
	}
	if err := rd.readRoot(); err != nil {
		return err
	}
	if err := rd.readTail(); err != nil {
		return err
	}
	if err := rd.interpret(); err != nil {
		return err
	}
	return rd.deliver()
}

func (rd *reader) warn(code string, args ...any) {
	w := Warning{Code: code, Args: argsOf(args)}
	if len(rd.msg.Warnings) >= maxWarnings {
		return
	}
	if len(args) == 0 {
		for _, have := range rd.msg.Warnings {
			if have.Code == code {
				return
			}
		}
	}
	rd.msg.Warnings = append(rd.msg.Warnings, w)
}

// drain reads the rest so that the hash and the length are those of the whole message, up to the limit.
func (rd *reader) drain() {
	_, _ = io.Copy(io.Discard, rd.src)
	rd.msg.SHA256, rd.msg.Size = rd.src.digest(), rd.src.n
}

var utf16Marks = []string{"\xfe\xff", "\xff\xfe", "\x00<", "<\x00"}

// skipJunk moves to the declaration or the root (X15.1).
func (rd *reader) skipJunk() error {
	head, err := rd.sc.r.Peek(min(rd.opt.MaxJunk+256, 60<<10))
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return err
	}
	for _, mark := range utf16Marks {
		if bytes.HasPrefix(head, []byte(mark)) {
			return quarantine(BadEncoding, "found", "UTF-16")
		}
	}
	lower := bytes.ToLower(head)
	for _, mark := range []string{"mime-version:", "content-type: multipart/"} {
		if bytes.Contains(lower[:min(len(lower), 512)], []byte(mark)) {
			return quarantine(LegacySOAP)
		}
	}
	n := bytes.Index(head, []byte("<?xml"))
	if n < 0 {
		n = markupAt(head)
	}
	if n < 0 || n > rd.opt.MaxJunk {
		return quarantine(NoXML)
	}
	junk := bytes.TrimSpace(bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf")))
	if len(junk) > 0 {
		rd.warn(LeadingJunk, "count", len(junk))
	}
	decl := head[n:]
	if end := bytes.Index(decl, []byte("?>")); bytes.HasPrefix(decl, []byte("<?xml")) && end > 0 {
		if enc := encodingOf(string(decl[:end])); enc != "" && !strings.EqualFold(enc, "utf-8") && !strings.EqualFold(enc, "us-ascii") {
			return quarantine(BadEncoding, "found", short(enc))
		}
	}
	_, err = rd.sc.r.Discard(n)
	return err
}

// markupAt finds the first "<" that can begin markup.
func markupAt(b []byte) int {
	for i := 0; i+1 < len(b); i++ {
		c := b[i+1]
		if b[i] == '<' && (c == '!' || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return i
		}
	}
	return -1
}

func encodingOf(decl string) string {
	_, v, ok := strings.Cut(decl, "encoding")
	v = strings.TrimLeft(v, " \t\r\n=")
	if !ok || v == "" {
		return ""
	}
	enc, _, _ := strings.Cut(v[1:], v[:1])
	return enc
}

func (rd *reader) readRoot() error {
	for {
		tok, err := rd.sc.next()
		switch {
		case err != nil:
			return err
		case tok.kind == eofToken:
			return quarantine(NoXML)
		case tok.kind == startToken:
			if err := rd.checkRoot(tok.elem); err != nil {
				return err
			}
			rd.root.elem = tok.elem
			return rd.readChildren(rd.root)
		}
	}
}

func (rd *reader) checkRoot(e *element) error {
	switch {
	case strings.Contains(e.space, "e-doc.vn") || e.local == "Envelope":
		return quarantine(LegacySOAP)
	case !strings.EqualFold(e.local, "edXML"):
		return quarantine(UnknownRoot, "found", short(e.local))
	case e.space == "":
		rd.warn(MissingNamespace, "name", "edXML")
	case e.space != NS:
		return quarantine(NotEdXML, "found", short(e.space))
	}
	return nil
}

// readChildren builds the tree below n until its end tag. Files leave the tree on the way, wherever they stand.
func (rd *reader) readChildren(n *node) error {
	var text []byte
	flush := func() {
		if len(text) > 0 {
			n.kids = append(n.kids, &node{text: rd.sc.utf8(string(text))})
			text = nil
		}
	}
	for {
		tok, err := rd.sc.next()
		if err != nil {
			flush()
			return err
		}
		switch tok.kind {
		case textToken:
			if len(text)+len(tok.text) > rd.opt.MaxText {
				return quarantine(TooLarge, "limit", rd.opt.MaxText, "part", short(n.elem.local))
			}
			if err := rd.hold(len(tok.text)); err != nil {
				return err
			}
			text = append(text, tok.text...)
		case endToken:
			flush()
			return nil
		case startToken:
			flush()
			if err := rd.readChild(n, tok.elem); err != nil {
				return err
			}
		}
	}
}

func (rd *reader) readChild(parent *node, e *element) error {
	child := &node{elem: e}
	if child.ours() && strings.EqualFold(e.local, "AttachmentEncoded") {
		return rd.readFiles(e)
	}
	size := 64 + len(e.local)
	for _, a := range e.attrs {
		size += 32 + len(a.local) + len(a.value)
	}
	if err := rd.hold(size); err != nil {
		return err
	}
	parent.kids = append(parent.kids, child)
	return rd.readChildren(child)
}

// hold counts what stays in memory.
func (rd *reader) hold(n int) error {
	if rd.held += n; rd.held > rd.opt.MaxHeader {
		return quarantine(TooLarge, "limit", rd.opt.MaxHeader, "part", "edXMLEnvelope")
	}
	return nil
}

// readTail looks behind the root: white space is fine, anything else is worth a warning (a second root is not read).
func (rd *reader) readTail() error {
	buf := make([]byte, 32<<10)
	for {
		n, err := rd.sc.r.Read(buf)
		if len(bytes.Trim(buf[:n], " \t\r\n\x00")) > 0 {
			rd.warn(TrailingJunk)
		}
		if err == io.EOF {
			rd.msg.SHA256, rd.msg.Size = rd.src.digest(), rd.src.n
			return nil
		}
		if err != nil {
			return err
		}
	}
}
