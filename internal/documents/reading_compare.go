package documents

import (
	"context"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// ReadingDiffers names where the main file of a document that waits at the registry says something else than what was sent with it or typed in (D10.2): what
// the page shows surely is compared with the number, the notation, the date, the signer and the urgency; and a stamp of secrecy, which must not be here (D9.10).
// For those who see the document; nothing once it is registered, or before the file was read.
func ReadingDiffers(ctx context.Context, r store.Reader, a store.Actor, d *Incoming) ([]store.Message, error) {
	if d.State != Arrived {
		return nil, nil
	}
	texts, err := TextsOf(ctx, r, a, d.Ref())
	if err != nil || len(texts) == 0 || texts[0].Reading == "" {
		return nil, err
	}
	read, err := texts[0].Proposals()
	if err != nil {
		return nil, err
	}
	return d.differs(read), nil
}

func (d *Incoming) differs(read Reading) (out []store.Message) {
	say := func(text, said, page string) {
		out = append(out, store.Say(text, "said", said, "page", page))
	}
	if f, is := read.Get(ReadSecrecy); is && f.Sure() {
		out = append(out, store.Say("Trang văn bản có dấu “{stamp}”. Văn bản mật không được nhận trên hệ thống này; hãy xử lý theo quy định về bí mật nhà nước.", "stamp", f.Value))
	}
	for _, c := range []struct {
		name, said, text string
		same             func(said, page string) bool
		shown            func(string) string
	}{
		{ReadNumber, d.Number, "Thông tin gửi kèm ghi số {said}, trang văn bản ghi số {page}.", func(s, p string) bool { return numberKey(s) == numberKey(p) }, nil},
		{ReadNotation, d.Notation, "Thông tin gửi kèm ghi ký hiệu {said}, trang văn bản ghi ký hiệu {page}.", func(s, p string) bool { return notationKey(s) == notationKey(p) }, nil},
		{ReadIssued, string(d.IssuedDate), "Thông tin gửi kèm ghi ngày {said}, trang văn bản ghi ngày {page}.", func(s, p string) bool { return s == p }, func(s string) string { return calendar.Date(s).Display() }},
		{ReadSigner, d.SignerName, "Thông tin gửi kèm ghi người ký {said}, trang văn bản ghi người ký {page}.", func(s, p string) bool { return i18n.Fold(s) == i18n.Fold(p) }, nil},
		{ReadUrgency, d.Urgency.Slug(), "Thông tin gửi kèm ghi độ khẩn {said}, trang văn bản có dấu {page}.", func(s, p string) bool { return s == p }, func(s string) string {
			u, _ := ParseUrgency(s)
			return strings.ToLower(u.Label())
		}},
	} {
		f, is := read.Get(c.name)
		if !is || !f.Sure() || f.Value == "" || c.said == "" || c.same(c.said, f.Value) {
			continue
		}
		said, page := c.said, f.Value
		if c.shown != nil {
			said, page = c.shown(said), c.shown(page)
		}
		say(c.text, said, page)
	}
	return out
}
