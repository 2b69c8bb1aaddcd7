package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Form is what a request carries, cleaned: NFC, no control or invisible characters (T42). What cannot be read is noted field by
// field and refused together with what the room refuses.
type Form struct {
	r        *http.Request
	problems store.Problems
}

// memoryOfFiles is how many bytes of a form with files stay in memory; the rest waits in temporary files.
const memoryOfFiles = 4 << 20

// readForm reads the body of a request; a body that is too large or broken is refused.
func readForm(r *http.Request) (*Form, error) {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(memoryOfFiles)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		if refused := refusalOf(err); refused != err {
			return nil, refused
		}
		return nil, store.Because(store.Refuse(store.Invalid, "Nội dung gửi lên bị gián đoạn hoặc không đúng khuôn dạng. Chưa có gì được lưu; hãy gửi lại."), err)
	}
	return &Form{r: r}, nil
}

// Line is one line of text.
func (f *Form) Line(name string) string { return i18n.CleanLine(f.r.PostFormValue(name)) }

// Text keeps its line breaks.
func (f *Form) Text(name string) string {
	return strings.TrimSpace(i18n.Clean(strings.ReplaceAll(f.r.PostFormValue(name), "\r\n", "\n")))
}

// Secret is a password: neither cleaned nor kept.
func (f *Form) Secret(name string) string { return f.r.PostFormValue(name) }

// Yes is a ticked box.
func (f *Form) Yes(name string) bool { return f.r.PostFormValue(name) == "yes" }

// Number is a whole number; empty is 0, anything else is noted.
func (f *Form) Number(name string) int64 {
	text := strings.TrimSpace(f.r.PostFormValue(name))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		f.problems.Add(name, "Giá trị này phải là số nguyên không âm.")
		return 0
	}
	return n
}

// Date is a day as people type it; what is no day is noted.
func (f *Form) Date(name string) calendar.Date {
	day, err := calendar.Parse(f.r.PostFormValue(name))
	if err == nil {
		return day
	}
	f.Refuse(name, err)
	return ""
}

// Lines are the lines of a text area that are not empty.
func (f *Form) Lines(name string) []string {
	var out []string
	for _, l := range strings.Split(f.Text(name), "\n") {
		if l = i18n.CleanLine(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// Numbers are the chosen values of a field that takes several, without the one whose chip was dropped, each once.
func (f *Form) Numbers(name string) []int64 {
	var out []int64
	for _, text := range f.Values(name) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			f.problems.Add(name, "Giá trị được chọn không đúng. Hãy chọn lại trong danh sách.")
			return nil
		}
		out = append(out, n)
	}
	return out
}

// Values are the chosen values as they were sent, each once.
func (f *Form) Values(name string) []string {
	var out []string
	dropped := f.r.PostFormValue("drop-" + name)
	for _, v := range f.r.PostForm[name] {
		if v = i18n.CleanLine(v); v != "" && v != dropped && !slices.Contains(out, v) && len(out) < 1000 {
			out = append(out, v)
		}
	}
	return out
}

// Searching tells that the form was sent by a search or drop button of a Combo, not to be carried out.
func (f *Form) Searching() bool {
	if f.r.PostFormValue("find") != "" {
		return true
	}
	for name := range f.r.PostForm {
		if strings.HasPrefix(name, "drop-") {
			return true
		}
	}
	return false
}

// Refuse notes what a shed or a room said about a field.
func (f *Form) Refuse(name string, err error) {
	if said, ok := err.(interface {
		Reason() (string, map[string]any)
	}); ok {
		text, args := said.Reason()
		f.problems = append(f.problems, store.Problem{Field: name, Message: store.Message{Text: text, Args: args}})
		return
	}
	f.problems.Add(name, "Giá trị này không đọc được. Hãy kiểm tra lại.")
}

// Err is everything that could not be read.
func (f *Form) Err() error { return f.problems.Err() }

// shown is what a field shows again after a refusal.
func (f *Form) shown(name string) string {
	if f == nil {
		return ""
	}
	return i18n.Clean(f.r.PostFormValue(name))
}
