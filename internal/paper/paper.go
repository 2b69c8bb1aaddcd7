package paper

import "fmt"

// Result is a finished file. Pages counts the sheets of the file, annexes included.
type Result struct {
	PDF   []byte
	Pages int
	Boxes Boxes
}

// Render lays a document out by NĐ 30/2020, Phụ lục I, and writes it as PDF/A-2b. It draws what it is given, complete or not:
// what breaks the decree's rules is for Check to say. It refuses a form it has no sample for (*UnknownFormError), more than 1 MB
// of text (*TooLongError) and letters without a glyph (*typeface.MissingError). Equal documents give equal bytes.
func Render(doc Document) (*Result, error) {
	switch doc.Form {
	case Resolution, Decision, DecisionOnText, Named, Letter, Telegram, Invitation:
	default:
		return nil, &UnknownFormError{Form: doc.Form}
	}
	if size := doc.size(); size > mostText {
		return nil, &TooLongError{Bytes: size}
	}
	doc = doc.tidied()
	l := newLayout(&doc)
	l.run()
	f := file{pages: l.pages.all, fields: l.fields, tags: l.tags, about: about{title: doc.heading(), author: doc.Agency, made: doc.Made}}
	out, err := f.write()
	if err != nil {
		return nil, err
	}
	return &Result{PDF: out, Pages: len(l.pages.all), Boxes: l.boxes}, nil
}

// heading is the title of the file.
func (d *Document) heading() string {
	switch {
	case d.Subject == "":
		return d.typeName()
	case d.Form == Letter:
		return d.typeName() + " V/v " + d.Subject
	}
	return d.typeName() + ": " + d.Subject
}

// UnknownFormError refuses a form that has no layout here.
type UnknownFormError struct{ Form Form }

func (e *UnknownFormError) Error() string {
	return fmt.Sprintf("paper: no layout for form %q", string(e.Form))
}

// Code is the stable name of the refusal.
func (e *UnknownFormError) Code() string { return "paper.unknown_form" }

// Reason is the sentence for the person who drafts.
func (e *UnknownFormError) Reason() (string, map[string]any) {
	return "Chưa có mẫu trình bày {form} để dựng văn bản; nội dung dự thảo vẫn được giữ nguyên. Hãy chọn mẫu khác hoặc tải lên tệp PDF đã trình bày.",
		map[string]any{"form": string(e.Form)}
}

const mostText = 1 << 20

func (d *Document) size() int {
	n := len(d.Body) + len(d.Subject)
	for _, a := range d.Annexes {
		n += len(a.Title) + len(a.Body)
	}
	for _, list := range [][]string{d.LegalBases, d.Addressees, d.Receivers, d.Address} {
		for _, s := range list {
			n += len(s)
		}
	}
	return n
}

// TooLongError refuses a text that is too long for one document.
type TooLongError struct{ Bytes int }

func (e *TooLongError) Error() string { return fmt.Sprintf("paper: %d bytes of text", e.Bytes) }

// Code is the stable name of the refusal.
func (e *TooLongError) Code() string { return "paper.too_long" }

// Reason is the sentence for the person who drafts.
func (e *TooLongError) Reason() (string, map[string]any) {
	return "Nội dung văn bản dài {kilobytes} KB, vượt giới hạn {limit} KB nên chưa dựng được tệp PDF; dự thảo vẫn được giữ nguyên. Hãy chuyển phần dài thành tệp đính kèm.",
		map[string]any{"kilobytes": e.Bytes >> 10, "limit": mostText >> 10}
}
