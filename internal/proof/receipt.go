package proof

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"congvu/internal/edxml"
	"congvu/internal/keys"
	"congvu/internal/xmldsig"
)

// header is where the signature of a message stands.
var header = xmldsig.Path{{Space: edxml.NS, Local: "edXML"}, {Space: edxml.NS, Local: "edXMLEnvelope"}, {Space: edxml.NS, Local: "edXMLHeader"}}

// mark is what a receipt of this program says for machines at the end of its description.
var mark = regexp.MustCompile(`\[\[sha256=([0-9a-f]{64});parcel=([^;\[\]]*)(?:;number=([^;\[\]]*))?(?:;[a-z0-9]+=[^;\[\]]*)*\]\]\s*$`)

// receipts reads every signed status: who says what, and whether it is about this document and this parcel.
func (c *checking) receipts() {
	var answered []string
	for _, r := range c.b.Receipts {
		if c.receipt(r) {
			answered = append(answered, r.Peer)
		}
	}
	for _, d := range c.b.Deliveries {
		if d.Code != "" && !slices.ContainsFunc(answered, func(code string) bool { return edxml.SameCode(code, d.Code) }) {
			c.say(Holds, "Nơi nhận {name}: không có phản hồi đã ký nào trong tệp, nên tệp này không chứng minh nơi đó đã nhận.", "name", d.Name)
		}
	}
}

func (c *checking) receipt(r Receipt) bool {
	signed, err := xmldsig.Verify([]byte(r.Raw), header, xmldsig.Options{})
	if err != nil {
		c.say(Broken, "Phản hồi của {peer} không mang chữ ký số đúng.", "peer", r.Peer)
		return false
	}
	m, err := edxml.Read(bytes.NewReader(signed.Signed), edxml.Options{})
	if err != nil || m.Status == nil {
		c.say(Broken, "Phản hồi của {peer} không phải bản tin trạng thái.", "peer", r.Peer)
		return false
	}
	s := m.Status
	if !c.aboutThis(s.ResponseFor) {
		c.say(Broken, "Phản hồi của {peer} nói về văn bản khác.", "peer", r.Peer)
		return false
	}
	who := s.From.Name
	if who == "" {
		who = s.From.OrganID
	}
	label := Point{Text: edxml.StatusLabels[s.Code]}
	if label.Text == "" {
		label.Text = s.Code
	}
	certificate := signed.Certificate
	judged := false
	if c.opt.Trust != nil {
		_, err := c.opt.Trust.Chain(certificate, signed.Certificates, moment(r.At), keys.PurposeSeal)
		judged = err == nil
	}
	names := edxml.SameCode(certificate.Subject.SerialNumber, s.From.OrganID)
	staff := strings.TrimSpace(s.Staff.Name)
	said := mark.FindStringSubmatch(s.Description)
	switch {
	case said == nil:
		c.say(Holds, "{who} ký phản hồi «{status}» ngày giờ {at}.", "who", who, "status", label, "at", s.At)
	case !c.carried(said[1]):
		c.say(Broken, "{who} ký phản hồi «{status}» lúc {at} cho một gói tin khác với gói tin trong tệp chứng cứ.", "who", who, "status", label, "at", s.At)
		return false
	case said[3] != "":
		c.say(Holds, "{who} ký nhận đúng gói tin này, «{status}», số đến {number}, lúc {at} {staff}", "who", who, "status", label, "number", said[3], "at", s.At, "staff", inBrackets(staff))
	default:
		c.say(Holds, "{who} ký nhận đúng gói tin này, «{status}», lúc {at} {staff}", "who", who, "status", label, "at", s.At, "staff", inBrackets(staff))
	}
	switch {
	case c.opt.Trust != nil && !judged:
		c.say(Incomplete, "Chứng thư số {name} trên phản hồi của {who} không dẫn tới nơi cấp mà ông/bà tin cậy.", "name", certificate.Subject.CommonName, "who", who)
	case c.opt.Trust == nil:
		c.say(Incomplete, "Chứng thư số {name} trên phản hồi của {who} chưa được đối chiếu: chưa có kho chứng thư tin cậy.", "name", certificate.Subject.CommonName, "who", who)
	case !names:
		c.say(Incomplete, "Chứng thư số {name} không ghi mã định danh {code} của nơi phản hồi.", "name", certificate.Subject.CommonName, "code", s.From.OrganID)
	}
	return true
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("(%s)", s)
}

// aboutThis tells whether a status names the document of the bundle: by its identifier, else by number and date.
func (c *checking) aboutThis(f edxml.ResponseFor) bool {
	d := c.b.Document
	if f.DocumentID != "" && d.DocumentID != "" {
		return f.DocumentID == d.DocumentID
	}
	return f.Code.String() == d.Code && string(f.Date) == d.Issued
}

// carried tells whether a hash is that of a parcel of the bundle.
func (c *checking) carried(sha string) bool {
	for _, p := range c.b.Parcels {
		if p.SHA256 == sha {
			return true
		}
	}
	return len(c.b.Parcels) == 0
}
