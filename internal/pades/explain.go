package pades

import (
	"slices"
	"strings"
	"time"
)

// Topic is what a line of an explanation is about, in the order in which people ask.
type Topic string

// The topics.
const (
	TopicWho         Topic = "who"         // name, organisation, issuer
	TopicWhen        Topic = "when"        // and by whose clock
	TopicCovers      Topic = "covers"      // the part of the file that is protected
	TopicChanged     Topic = "changed"     // what happened afterwards, and by whom
	TopicCertificate Topic = "certificate" // its state at that time, and how it is known
	TopicForm        Topic = "form"        // level and algorithm
	TopicAdvice      Topic = "advice"      // what to do next
)

// Line is one sentence of an explanation: Vietnamese with named arguments, left unformatted for the door that shows it.
type Line struct {
	Topic Topic
	Text  string
	Args  map[string]any
}

// Reason gives the sentence for the user.
func (l Line) Reason() (string, map[string]any) { return l.Text, l.Args }

// explanation collects lines.
type explanation []Line

func (e *explanation) say(topic Topic, text string, pairs ...any) {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	*e = append(*e, Line{topic, text, args})
}

// Explain tells the verdict on the whole file: what it is, and what to do with the document.
func (r *Report) Explain() (title, text Line) {
	var e explanation
	switch r.Outcome {
	case Passed:
		e.say(TopicWho, "Chữ ký hợp lệ, văn bản nguyên vẹn")
		e.say(TopicAdvice, "Mọi chữ ký số đều hợp lệ và văn bản không bị sửa sau khi ký.")
	case Indeterminate:
		e.say(TopicWho, "Chưa đủ căn cứ kết luận")
		e.say(TopicAdvice, "Văn bản có chữ ký số nhưng có điểm chưa kiểm chứng được; lý do ở bên dưới.")
	case Failed:
		e.say(TopicWho, "Chữ ký không hợp lệ hoặc văn bản đã bị sửa")
		e.say(TopicAdvice, "Không nên sử dụng bản này. Hãy liên hệ cơ quan ban hành để nhận bản đúng.")
	case None:
		e.say(TopicWho, "Văn bản không có chữ ký số")
		e.say(TopicAdvice, "Tệp này không chứa chữ ký số nào nên không kiểm tra được nguồn gốc.")
	default:
		e.say(TopicWho, "Không đọc được tệp")
		e.say(TopicAdvice, "Tệp không phải là PDF, bị hỏng hoặc bị khóa bằng mật khẩu.")
	}
	return e[0], e[1]
}

// ExplainSignature tells about the i-th signature of the report what a clerk must know (S13.5): who signed, when and by whose clock, what is
// covered, what changed afterwards and by whom, how the certificate stood then, and what to do next.
func (r *Report) ExplainSignature(i int) []Line {
	s := r.Signatures[i]
	var e explanation
	e.who(s)
	e.when(s)
	e.covers(s, i, len(r.Signatures))
	e.changed(s, r.Signatures[i+1:])
	e.certificate(s)
	e.form(s)
	e.advise(s)
	return e
}

func (e *explanation) who(s *Signature) {
	switch p := s.Signer; {
	case p == nil:
		e.say(TopicWho, "Không đọc được chứng thư số nên không biết ai đã ký.")
	case s.Kind == DocTimestamp:
		e.say(TopicWho, "Dấu thời gian của toàn bộ tài liệu, do {name} cấp.", "name", p.Name)
	case p.Organization != "" && p.Organization != p.Name:
		e.say(TopicWho, "{name}, {organization} ký. Chứng thư số do {issuer} cấp.", "name", p.Name, "organization", p.Organization, "issuer", p.Issuer)
	default:
		e.say(TopicWho, "{name} ký. Chứng thư số do {issuer} cấp.", "name", p.Name, "issuer", p.Issuer)
	}
}

func (e *explanation) when(s *Signature) {
	t := s.Timestamp
	switch {
	case s.Kind == DocTimestamp && t != nil && t.Trusted:
		e.say(TopicWhen, "Tài liệu đã có đúng như vậy vào lúc {time}.", "time", t.Time)
	case s.Kind == DocTimestamp && t != nil:
		e.say(TopicWhen, "Dấu thời gian ghi {time}, nhưng chưa xác nhận được nơi cấp nên không chứng minh thời điểm.", "time", t.Time)
	case t != nil && t.Trusted:
		e.say(TopicWhen, "Ký không muộn hơn {time}, theo dấu thời gian của {tsa}.", "time", t.Time, "tsa", nameOf(t.TSA))
	case s.TimeSource == TimeFromDocTimestamp && s.ClaimedTime != nil:
		e.say(TopicWhen, "Ký lúc {claimed} theo đồng hồ của máy ký; dấu thời gian của tài liệu chứng minh chữ ký đã có trước {time}.", "claimed", *s.ClaimedTime, "time", s.Time)
	case s.TimeSource == TimeFromDocTimestamp:
		e.say(TopicWhen, "Dấu thời gian của tài liệu chứng minh chữ ký đã có trước {time}.", "time", s.Time)
	case t != nil && t.Intact:
		e.say(TopicWhen, "Dấu thời gian ghi {time}, do {tsa} cấp; nơi cấp chưa được tin cậy nên thời điểm ký chưa được xác nhận.", "time", t.Time, "tsa", nameOf(t.TSA))
	case s.ClaimedTime != nil:
		e.say(TopicWhen, "Ký lúc {claimed} theo đồng hồ của máy ký; chưa có dấu thời gian chứng minh.", "claimed", *s.ClaimedTime)
	default:
		e.say(TopicWhen, "Không rõ thời điểm ký.")
	}
}

func nameOf(p *Party) string {
	if p == nil {
		return "–"
	}
	return p.Name
}

func (e *explanation) covers(s *Signature, i, all int) {
	switch {
	case s.End == 0:
		e.say(TopicCovers, "Phạm vi ký không hợp lệ nên chữ ký không bảo vệ phần nào của tệp.")
	case s.WholeFile:
		e.say(TopicCovers, "Chữ ký bảo vệ toàn bộ tệp.")
	default:
		e.say(TopicCovers, "Chữ ký bảo vệ tệp như khi ký (bản {n} trong {all}); có thể mở lại đúng bản đó để đối chiếu.", "n", i+1, "all", all)
	}
}

// told reports whether a finding with that code was made.
func (s *Signature) told(codes ...string) bool {
	return slices.ContainsFunc(s.Findings, func(f Finding) bool { return slices.Contains(codes, f.Code) })
}

// changed tells what followed the signature, and names those who signed afterwards: they took it over.
func (e *explanation) changed(s *Signature, later []*Signature) {
	var signers []string
	for _, l := range later {
		if l.Kind != DocTimestamp && l.Signer != nil && l.End > s.End {
			signers = append(signers, l.Signer.Name)
		}
	}
	by := strings.Join(signers, ", ")
	switch {
	case s.told("signature.digest"):
		e.say(TopicChanged, "Nội dung trong phạm vi ký không còn như khi ký.")
	case s.End == 0 || s.WholeFile && s.Changes == NoChange:
	case s.Changes == NoChange:
		e.say(TopicChanged, "Sau chữ ký này tệp không có thay đổi nào.")
	case s.Changes == ValidationChange:
		e.say(TopicChanged, "Sau chữ ký này tệp chỉ được bổ sung dữ liệu kiểm tra và dấu thời gian.")
	case s.Changes == SignatureChange && by != "":
		e.say(TopicChanged, "Sau chữ ký này tệp chỉ có thêm chữ ký của {signers}.", "signers", by)
	case s.Changes == SignatureChange:
		e.say(TopicChanged, "Sau chữ ký này tệp chỉ có thêm trường hoặc dấu ký.")
	case s.Changes == FillChange && by != "":
		e.say(TopicChanged, "Sau chữ ký này các ô dành sẵn ({fields}) được điền, đúng phạm vi người ký cho phép, rồi {signers} ký.", "fields", s.filled(), "signers", by)
	case s.Changes == FillChange:
		e.say(TopicChanged, "Sau chữ ký này các ô dành sẵn ({fields}) được điền, đúng phạm vi người ký cho phép.", "fields", s.filled())
	case s.Changes == DoubtfulChange && by != "":
		e.say(TopicChanged, "Sau chữ ký này có thay đổi chưa giải thích được hết, rồi {signers} ký. Cần đối chiếu với bản đã ký.", "signers", by)
	case s.Changes == DoubtfulChange:
		e.say(TopicChanged, "Sau chữ ký này có thay đổi chưa giải thích được hết. Cần đối chiếu với bản đã ký.")
	case by != "" && s.Signer != nil:
		e.say(TopicChanged, "Nội dung đã thay đổi sau chữ ký của {earlier}, trước chữ ký của {later}.", "earlier", s.Signer.Name, "later", signers[len(signers)-1])
	default:
		e.say(TopicChanged, "Nội dung tệp đã bị thay đổi sau chữ ký này.")
	}
}

// filled names the fields that were filled after the signature.
func (s *Signature) filled() []string {
	var out []string
	for _, f := range s.Findings {
		if where, ok := f.Args["where"].(string); ok && f.Code == changeCodes[FillChange] && !slices.Contains(out, where) {
			out = append(out, where)
		}
	}
	return out
}

func (e *explanation) certificate(s *Signature) {
	at := s.Time
	switch {
	case s.Signer == nil:
		return
	case s.ChainState == ChainUnchecked:
		e.say(TopicCertificate, "Chưa xét chứng thư số, vì chữ ký không toàn vẹn.")
	case s.ChainState == ChainUntrusted:
		e.say(TopicCertificate, "Chứng thư số không do tổ chức được tin cậy ở đây cấp ({issuer}).", "issuer", s.Signer.Issuer)
	case s.ChainState == ChainExpired:
		e.say(TopicCertificate, "Chứng thư số ngoài thời hạn hiệu lực ({from} – {until}) vào lúc {time}.", "from", day(s.Signer.NotBefore), "until", day(s.Signer.NotAfter), "time", at)
	case s.Kind == DocTimestamp:
		e.say(TopicCertificate, "Nơi cấp dấu thời gian được tin cậy, qua {anchor}.", "anchor", s.Anchor)
	case s.Revocation == RevocationRevoked:
		e.say(TopicCertificate, "Chứng thư số đã bị thu hồi.")
	case s.Revocation == RevocationGood:
		e.say(TopicCertificate, "Chứng thư số còn hiệu lực và không bị thu hồi vào lúc {time}, theo trả lời OCSP hoặc danh sách CRL của nơi cấp.", "time", at)
	case s.Revocation == RevocationNotPublished:
		e.say(TopicCertificate, "Chứng thư số còn thời hạn vào lúc {time}; nơi cấp ({anchor}) không công bố tình trạng thu hồi.", "time", at, "anchor", s.Anchor)
	default:
		e.say(TopicCertificate, "Chứng thư số do tổ chức được tin cậy cấp, nhưng chưa có bằng chứng rằng nó không bị thu hồi vào lúc {time}.", "time", at)
	}
	if s.Test {
		e.say(TopicCertificate, "Đây là chứng thư thử nghiệm, không có giá trị pháp lý.")
	}
}

// day is a date of a certificate, without the hour.
type day time.Time

// Display writes the day in Vietnam.
func (d day) Display() string {
	return time.Time(d).In(time.FixedZone("UTC+7", 7*60*60)).Format("02/01/2006")
}

var levelTexts = map[string]string{
	"B":   "Mức PAdES-B-B: chưa có dấu thời gian.",
	"T":   "Mức PAdES-B-T: có dấu thời gian.",
	"LT":  "Mức PAdES-B-LT: có dấu thời gian và bằng chứng về chứng thư số trong tệp.",
	"LTA": "Mức PAdES-B-LTA: có dấu thời gian, bằng chứng về chứng thư số và dấu thời gian lưu trữ, kiểm tra được lâu dài.",
}

func (e *explanation) form(s *Signature) {
	if text, ok := levelTexts[s.Level]; ok {
		e.say(TopicForm, text)
	}
	if len(s.Weak) > 0 {
		e.say(TopicForm, "Thuật toán đã yếu ({weak}); chữ ký như vậy có thể bị giả mạo.", "weak", s.Weak)
	}
}

// advise says what to do where a signature did not simply pass.
func (e *explanation) advise(s *Signature) {
	switch {
	case s.Indication == TotalPassed:
	case s.SubIndication == certRevoked:
		e.say(TopicAdvice, "Không sử dụng bản này; hãy liên hệ người ký hoặc cơ quan ban hành.")
	case s.Indication == TotalFailed && s.Changes > DoubtfulChange && !s.told("signature.digest", "signature.value"):
		e.say(TopicAdvice, "Không sử dụng bản hiện tại; có thể mở bản đã ký để xem nội dung gốc và đề nghị nơi gửi gửi lại.")
	case s.Indication == TotalFailed:
		e.say(TopicAdvice, "Không sử dụng bản này; hãy đề nghị nơi gửi gửi lại tệp gốc.")
	case s.SubIndication == noChain:
		e.say(TopicAdvice, "Nếu tổ chức cấp chứng thư đáng tin cậy, đề nghị quản trị hệ thống nạp chứng thư gốc của tổ chức đó rồi kiểm tra lại.")
	case s.SubIndication == tryLater:
		e.say(TopicAdvice, "Hãy kiểm tra lại sau, khi nơi cấp chứng thư đã trả lời.")
	case s.Integrity == Doubtful:
		e.say(TopicAdvice, "Hãy mở bản đã ký để đối chiếu, hoặc hỏi lại nơi gửi trước khi sử dụng.")
	default:
		e.say(TopicAdvice, "Hãy đối chiếu với nơi gửi trước khi sử dụng.")
	}
}
