package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// The gallery shows every component of the kit in every state, under the headers pages have. It exists in tests only.

var galleryDay = time.Date(2026, 11, 23, 9, 0, 0, 0, legalZone)

func galleryPage(r *http.Request, title, active string) PageView {
	return PageView{
		Title: title, Active: active, Here: r.URL.RequestURI(), Unread: 4, Live: true, Watch: []string{"documents"},
		Nav: []NavItem{
			{Key: "incoming", Label: "Văn bản đến", Icon: "inbox", Href: "/inbox", Count: 37},
			{Key: "outgoing", Label: "Văn bản đi", Icon: "send", Href: "/forms"},
			{Key: "parts", Label: "Thành phần", Icon: "checklist", Href: "/parts", Count: 12},
			{Key: "dossiers", Label: "Hồ sơ công việc", Icon: "folder", Href: "/viewer"},
			{Key: "exchange", Label: "Trục liên thông", Icon: "arrows-exchange", Href: "/inbox?empty=1", Count: 3},
			{Key: "people", Label: "Người dùng", Icon: "users", Href: "/fault", Group: "Quản trị"},
			{Key: "journal", Label: "Nhật ký", Icon: "shield-check", Href: "/public", Group: "Quản trị"},
		},
		Person: PersonView{Name: "Nguyễn Thị Ánh", Initials: "NA", Login: "anh.nt@syt.hanoi.gov.vn", Posts: []PostView{
			{ID: "1", Title: "Văn thư", Agency: "Sở Y tế", Current: true},
			{ID: "2", Title: "Phó Chánh Văn phòng", Agency: "Sở Y tế", Note: "Ủy quyền đến 30/11/2026"},
		}},
		Bell: []BellItem{
			{Href: "/inbox?open=3", Text: "Văn bản 4057/BC-TTTP đã quá hạn xử lý 5 ngày", From: "Sở Y tế", At: galleryDay, New: true},
			{Href: "/inbox?open=5", Text: "Bộ Nội vụ đã tiếp nhận văn bản 118/SYT-VP", At: galleryDay.Add(-3 * time.Hour)},
		},
	}
}

type galleryRow struct {
	code, text, org, note string
	due                   int
	urgent                int
	state                 StateView
}

var galleryRows = []galleryRow{
	{"3241/TTr-SKHCN", "Đề nghị góp ý dự thảo Nghị quyết của HĐND Thành phố quy định mức thu phí, lệ phí thuộc thẩm quyền", "Sở Khoa học và Công nghệ", "", 4, 0, StateView{"Đang xử lý", StateWorking}},
	{"1540/TB-VP", "Tăng cường công tác bảo đảm trật tự, an toàn giao thông dịp Tết Nguyên đán Đinh Mùi 2027", "Văn phòng UBND Thành phố", "", 5, 0, StateView{"Hoàn thành", StateDone}},
	{"4057/BC-TTTP", "Về việc cung cấp số liệu chỉ tiêu kinh tế – xã hội phục vụ xây dựng báo cáo trình kỳ họp thứ 24", "Thanh tra Thành phố", "quá 5 ngày", -4, 1, StateView{"Chờ ý kiến", StateAsking}},
	{"2767/TTr-BNV", "Triển khai Kế hoạch chuyển đổi số, cải cách hành chính trên địa bàn Thành phố giai đoạn 2026 – 2030", "Bộ Nội vụ", "", 11, 3, StateView{"Chờ xử lý", StateWaiting}},
	{"3544/TTr-BNV", "Hướng dẫn thực hiện chế độ, chính sách đối với cán bộ, công chức, viên chức sau sắp xếp đơn vị hành chính", "Bộ Nội vụ", "hôm nay", 0, 2, StateView{"Chờ ý kiến", StateAsking}},
	{"3708/GM-UBND", "Về việc rà soát, báo cáo tình hình giải ngân vốn đầu tư công 9 tháng đầu năm và ước thực hiện cả năm 2026", "UBND xã Đông Anh", "", 4, 0, StateView{"Bị từ chối", StateBad}},
	{"1401/QĐ-UBND", "Báo cáo kết quả tiếp công dân, giải quyết khiếu nại, tố cáo và phòng, chống tham nhũng, tiêu cực", "UBND phường Hoàn Kiếm", "", 13, 0, StateView{"Gửi một phần", StateWarning}},
	{"2645/CT-SNNMT", "Thông báo kết luận thanh tra trách nhiệm thực hiện pháp luật về phòng, chống tham nhũng", "Sở Nông nghiệp và Môi trường", "", 10, 0, StateView{"Đã thu hồi", StateOff}},
}

func galleryDue(g galleryRow) DueView {
	look := DueLater
	if g.due < 0 {
		look = DueLate
	} else if g.due == 0 {
		look = DueSoon
	}
	return DueView{At: galleryDay.AddDate(0, 0, g.due), Note: g.note, Look: look}
}

func galleryList(r *http.Request, open int) templ.Component {
	var rows []templ.Component
	wanted := r.FormValue("q")
	for i := range 24 {
		g := galleryRows[i%len(galleryRows)]
		if !strings.Contains(strings.ToLower(g.text), strings.ToLower(wanted)) || r.FormValue("empty") != "" {
			continue
		}
		row := RowView{ID: fmt.Sprint("d", i+1), New: i < 5, Selected: open == i+1}
		textCell := []templ.Component{RowLink(fmt.Sprint("/inbox?open=", i+1), g.text, row)}
		if g.urgent > 0 {
			textCell = append(textCell, Urgency(g.urgent, []string{"", "Khẩn", "Thượng khẩn", "Hỏa tốc"}[g.urgent]))
		}
		rows = append(rows, wrap(Row(row),
			TextCell(ColNumber, "Số đến", fmt.Sprint(23000-i)),
			wrap(Cell(ColDate, "Ngày đến"), Date(galleryDay)),
			TextCell(ColCode, "Số, ký hiệu", g.code),
			wrap(Cell(ColText, "Trích yếu"), textCell...),
			TextCell(ColOrg, "Cơ quan ban hành", g.org),
			wrap(Cell(ColDue, "Hạn"), Due(galleryDue(g))),
			wrap(Cell(ColState, "Trạng thái"), State(g.state))))
	}
	body := wrap(Table(TableView{Caption: "Văn bản đến", Rows: true, Columns: []Column{
		{Label: "Số đến", Class: ColNumber}, {Label: "Ngày đến", Class: ColDate, Sort: "/inbox?sort=date", Sorted: "descending"}, {Label: "Số, ký hiệu", Class: ColCode}, {Label: "Trích yếu", Class: ColText},
		{Label: "Cơ quan ban hành", Class: ColOrg}, {Label: "Hạn xử lý", Class: ColDue}, {Label: "Trạng thái", Class: ColState},
	}}), rows...)
	clearHref := ""
	if len(rows) == 0 {
		clearHref = "/inbox"
		body = EmptyTable(EmptyView{Icon: "inbox", Title: "Không có văn bản nào khớp điều kiện lọc", Text: "Hãy bớt điều kiện hoặc tìm theo số, ký hiệu của văn bản.", Action: &Action{Label: "Xóa bộ lọc", Href: "/inbox"}})
	}
	return wrap(List(HeadView{Title: "Văn bản đến", Actions: []Action{{Label: "Vào sổ", Icon: "plus", Kind: Primary, Href: "/forms"}, {Label: "In sổ", Icon: "printer", Href: "/inbox", NewTab: true}}}),
		Tabs("Trạng thái", []TabItem{{Href: "/inbox", Label: "Tất cả", Count: 20000, Current: true}, {Href: "/inbox?s=1", Label: "Chờ xử lý", Count: 589, Current: false}, {Href: "/inbox?s=2", Label: "Đang xử lý", Count: 598, Current: false}, {Href: "/inbox?s=3", Label: "Chờ ý kiến", Count: 592, Current: false}, {Href: "/inbox?s=4", Label: "Hoàn thành", Count: 18221, Current: false}}),
		wrap(Filters(FiltersView{Action: "/inbox", Clear: clearHref}), FilterSearch("q", "Trích yếu, số ký hiệu, cơ quan", wanted),
			FilterSelect("kind", "Loại văn bản", []Option{{Value: "", Label: "Tất cả"}, {Value: "cv", Label: "Công văn"}}),
			FilterSelect("urgency", "Độ khẩn", []Option{{Value: "", Label: "Tất cả"}, {Value: "1", Label: "Khẩn"}}),
			FilterText("from", "Từ ngày", "", "dd/mm/yyyy")),
		body, Pager(PagerView{Summary: "1–24 trong 20.000 văn bản", Older: "/inbox?after=24"}))
}

var gallerySignatures = []SignatureView{
	{ID: "sig-1", Tone: Good, Verdict: "Chữ ký hợp lệ", Who: "Trần Quốc Phượng", Role: "Chánh Thanh tra · Thanh tra Thành phố", Page: 1,
		Lines:   []string{"Ký không muộn hơn 09:00 23/11/2026, theo dấu thời gian của TSA Ban Cơ yếu Chính phủ.", "Sau chữ ký này tệp chỉ có thêm chữ ký của Thanh tra Thành phố Hà Nội."},
		Details: []Detail{{"Chứng thư", "CN=Trần Quốc Phượng, O=Thanh tra Thành phố Hà Nội"}, {"Số hiệu", "54:01:0A:7F:22"}, {"Thuật toán", "RSA 3072, SHA-256"}}},
	{ID: "sig-2", Tone: Warn, Verdict: "Chữ ký hợp lệ, có điểm cần lưu ý", Who: "Thanh tra Thành phố Hà Nội", Lines: []string{"Ký lúc 09:00 23/11/2026 theo đồng hồ của máy ký; chưa có dấu thời gian chứng minh."}, Advice: "Hãy kiểm tra lại sau, khi nơi cấp chứng thư đã trả lời.", Reasons: []string{"Chưa có thông tin thu hồi của chứng thư tại thời điểm ký; kết quả có thể thay đổi khi kiểm tra lại."}, Page: 1},
	{ID: "sig-3", Tone: Bad, Verdict: "Chữ ký không hợp lệ", Who: "Chưa xác định được người ký", Reasons: []string{"Nội dung tài liệu đã bị sửa sau khi ký: mã băm của vùng được ký không khớp."}},
	{ID: "sig-4", Tone: Off, Verdict: "Chưa kiểm tra được", Who: "Nguyễn Văn An", Reasons: []string{"Không kết nối được máy chủ trạng thái chứng thư. Hệ thống sẽ tự kiểm tra lại."}},
}

func galleryPane(viewer bool) templ.Component {
	closing, g := "/inbox", galleryRows[2]
	if viewer {
		closing = ""
	}
	return wrap(Pane(PaneView{Code: g.code + " · Báo cáo", Title: g.text, Close: closing, State: &g.state, Urgency: 1, Urgent: "Khẩn", Actions: []Action{
		{Label: "Chuyển xử lý", Icon: "arrow-forward-up", Kind: Primary, Href: "/direct", Opens: "direct"}, {Label: "Ký số", Icon: "signature", Href: "/viewer"}, {Label: "Trả lại", Kind: Danger, Href: "/forms"},
		{Label: "Phát hành", Why: "Cần đủ chữ ký của lãnh đạo trước khi phát hành."},
	}}),
		wrap(Part(""), wrap(Facts(), Fact("Số đến", "22998"), wrap(FactOf("Ngày đến"), DateTime(galleryDay)), wrap(FactOf("Hạn xử lý"), Due(galleryDue(g))),
			Fact("Cơ quan ban hành", g.org), Fact("Chủ trì", "Ngô Minh Đạt"), WideFact("Phối hợp", "Ngô Hữu Khuê, Đỗ Anh Khuê"))),
		wrap(Part("Tệp đính kèm"), Files([]FileLine{
			{Name: "Báo cáo_4057-BC-TTTP.pdf", Href: "/sample.pdf", View: "/viewer", Icon: "file-type-pdf", Detail: "1,3 MB · 9 trang", Verdict: "Chữ ký số hợp lệ: Thanh tra Thành phố", Tone: Good},
			{Name: "Phụ lục số liệu.xlsx", Href: "/sample.pdf", Detail: "114 KB"},
			{Name: "Bản quét.pdf", Href: "/sample.pdf", Detail: "2,0 MB", Verdict: "Chữ ký không hợp lệ", Tone: Bad}})),
		wrap(Part("Chữ ký số"), Signatures(gallerySignatures)),
		wrap(Part("Tiến trình xử lý"), Timeline([]Step{
			{What: "Tiếp nhận, vào sổ văn bản đến", Who: "Ngô Thu Hương", At: galleryDay, Look: StepDone}, {What: "Phân công xử lý", Who: "Bùi Hữu Yến", At: galleryDay, Note: "Giao Phòng Tổng hợp chủ trì, tham mưu văn bản trả lời trước thời hạn.", Look: StepNow},
			{What: "Hạn hoàn thành", At: galleryDay.AddDate(0, 0, -4), Look: StepLate}, {What: "Gửi sang UBND phường Ba Đình bị từ chối", Look: StepBad}, {What: "Phát hành"}})))
}

func galleryForm(values string, errs Errors) templ.Component {
	people := []Option{{Label: "— Chọn người chủ trì —"}, {Value: "1", Label: "Ngô Minh Đạt", Group: "Phòng Tổng hợp"}, {Value: "2", Label: "Đỗ Anh Khuê", Group: "Phòng Tổng hợp"}, {Value: "3", Label: "Lê Thanh Tuấn", Group: "Phòng Nội chính"}}
	return wrap(FormCard(FormView{ID: "direct", Action: "/direct", Title: "Chuyển xử lý văn bản", Lead: "4057/BC-TTTP – Về việc cung cấp số liệu chỉ tiêu kinh tế – xã hội", Guard: true,
		Submit: Action{Label: "Chuyển xử lý", Kind: Primary}, Cancel: "/inbox?open=3", ErrorTitle: "Chưa chuyển được văn bản", Errors: errs}),
		SelectField(Field{Name: "lead", Label: "Chủ trì xử lý", Error: errs.Of("lead")}, Choose(people, values)),
		CheckField(Field{Name: "with", Label: "Phối hợp", Optional: true}, []Option{{Value: "1", Label: "Lãnh đạo Văn phòng"}, {Value: "2", Label: "Phòng Kinh tế"}, {Value: "3", Label: "Phòng Khoa giáo – Văn xã", Selected: true}}),
		DateField(Field{Name: "due", Label: "Hạn xử lý", Hint: "Ví dụ: 23/11/2026", Error: errs.Of("due")}),
		TextArea(Field{Name: "note", Label: "Ý kiến chỉ đạo", Optional: true}))
}

func galleryBigForm() templ.Component {
	return wrap(FormCard(FormView{ID: "draft", Action: "/direct", Title: "Thông tin văn bản", Files: true, Submit: Action{Label: "Lưu dự thảo", Kind: Primary}, More: []Action{{Label: "Lưu và trình ký", Name: "next", Value: "sign"}}, Cancel: "/inbox"}),
		TextField(Field{Name: "subject", Label: "Trích yếu", MaxLength: 500}),
		wrap(Two(), TextField(Field{Name: "number", Label: "Số", ReadOnly: true, Value: "118", Short: true}), DateField(Field{Name: "date", Label: "Ngày văn bản", Error: "Ngày văn bản không được sau hôm nay."})),
		RadioField(Field{Name: "urgency", Label: "Độ khẩn"}, []Option{{Value: "0", Label: "Thường", Selected: true}, {Value: "1", Label: "Khẩn", Hint: "Xử lý ngay trong ngày"}, {Value: "2", Label: "Hỏa tốc"}}),
		Combo(ComboView{Field: Field{Name: "receiver", Label: "Nơi nhận", Hint: "Gõ tên hoặc mã định danh cơ quan"}, Source: "/suggest", Multiple: true, Chosen: []Option{{Value: "H26.15", Label: "Sở Y tế"}, {Value: "H26.12", Label: "Văn phòng Ủy ban nhân dân Thành phố Hà Nội"}}, Found: []Option{{Value: "H26.33", Label: "Sở Xây dựng", Hint: "H26.33"}}}),
		FileField(Field{Name: "files", Label: "Tệp đính kèm", Optional: true, Hint: "PDF, DOCX hoặc XLSX, mỗi tệp không quá 50 MB"}, FileView{Accept: ".pdf,.docx,.xlsx", Multiple: true, Most: 50 << 20}),
		CheckOne(Field{Name: "now", Label: "Gửi ngay sau khi ký", Hint: "Văn bản được chuyển sang văn thư để cấp số"}, true),
		TextField(Field{Name: "pin", Label: "Mật khẩu chứng thư", Type: "password", Autocomplete: "current-password", Error: "Mật khẩu chứng thư không đúng."}))
}

func galleryParts() templ.Component {
	return wrap(Body(HeadView{Title: "Các thành phần", Lead: "Mọi thành phần, mọi trạng thái", Actions: []Action{{Label: "Xuất Excel", Icon: "download", Href: "/parts", Away: true}}}, false),
		Tabs("Phần", []TabItem{{Href: "/parts", Label: "Chung", Count: -1, Current: true}, {Href: "/forms", Label: "Biểu mẫu", Count: -1, Current: false}}),
		Note(Info, "Dữ liệu được cập nhật lúc 09:00 ngày 23/11/2026."), Note(Good, "Nhật ký nguyên vẹn."), wrap(Note(Warn, "Chứng thư số của Sở Y tế hết hạn sau 12 ngày."), Link("/parts", "Gia hạn chứng thư")), Note(Bad, "Không ghi được vào nhật ký; các thao tác ghi tạm dừng."),
		Verdict(Good, "Văn bản nguyên vẹn", "2 chữ ký đều hợp lệ, tài liệu không bị sửa sau khi ký."), Verdict(Warn, "Văn bản nguyên vẹn, có điểm cần lưu ý", ""), Verdict(Bad, "Văn bản đã bị sửa sau khi ký", "Không dùng bản này."), Verdict(Off, "Chưa kiểm tra được", ""),
		wrap(Columns(),
			wrap(Section("Hành động"), Acts(Action{Label: "Ký số", Kind: Primary}, Action{Label: "Thường"}, Action{Label: "Nhẹ", Kind: Quiet}, Action{Label: "Thu hồi", Kind: Danger}, Action{Label: "Thu hồi văn bản", Kind: DangerFinal}),
				Post("/direct", Action{Label: "Đánh dấu đã đọc", Icon: "check"}, Hidden{"id", "12"})),
			wrap(Section("Gửi liên thông"), Progress("Đã gửi tới các cơ quan nhận", 3, 5), Chips("Nơi nhận", []string{"Sở Y tế", "Sở Xây dựng"}), Urgency(0, "Mật"), wrap(More("Chi tiết gói tin"), galleryText("edXML 2.0, 1,3 MB"))),
			wrap(Section("Chữ ký"), Signatures(nil))),
		wrap(Section("Người dùng"), DataTable("Người dùng", []Column{{Label: "Họ và tên"}, {Label: "Chức vụ"}, {Label: "Đăng nhập lần cuối", Class: ColDate}}, [][]string{{"Nguyễn Thị Ánh", "Văn thư", "08:12 23/11/2026"}, {"Trần Quốc Phượng", "Chánh Thanh tra", ""}})),
		wrap(Section("Kết quả nhập từ Excel"), wrap(Table(TableView{Caption: "Kết quả nhập", Stack: true, Columns: []Column{{Label: "Dòng", Class: ""}, {Label: "Cơ quan"}, {Label: "Mã định danh", Class: ColCode}, {Label: "Việc", Class: ColActs, HideLabel: true}}}),
			wrap(Row(RowView{}), TextCell("", "Dòng", "2"), TextCell("", "Cơ quan", "Sở Y tế"), TextCell(ColCode, "Mã định danh", "000.00.15.H26"), wrap(Cell(ColActs, ""), Act(Action{Label: "Sửa", Href: "/parts", Describe: "Sửa dòng 2"}))),
			wrap(Row(RowView{Bad: true}), TextCell("", "Dòng", "3"), wrap(Cell("", "Cơ quan"), RowError("Tên cơ quan để trống.")), TextCell(ColCode, "Mã định danh", "H26"), Cell(ColActs, "")))),
		wrap(Section(""), Empty(EmptyView{Icon: "archive", Title: "Chưa có hồ sơ nào", Text: "Lập hồ sơ để gom văn bản của một việc.", Action: &Action{Label: "Lập hồ sơ", Kind: Primary, Href: "/forms"}})))
}

// galleryText is plain text of the gallery.
func galleryText(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<p>"+templ.EscapeString(s)+"</p>")
		return err
	})
}

func gallery(reports *PolicyReports) http.Handler {
	mux := http.NewServeMux()
	HandleGround(mux, reports)
	show := func(path string, page func(r *http.Request) templ.Component) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			if r.FormValue("lang") == "en" {
				ctx = WithLang(ctx, English)
			}
			templ.Handler(templ.ComponentFunc(func(_ context.Context, w io.Writer) error { return page(r).Render(ctx, w) })).ServeHTTP(w, r)
		})
	}
	show("/inbox", func(r *http.Request) templ.Component {
		var open int
		fmt.Sscan(r.FormValue("open"), &open)
		p := galleryPage(r, "Văn bản đến", "incoming")
		if r.FormValue("done") != "" {
			p.Flash = &FlashView{Tone: Good, Text: "Đã chuyển văn bản 4057/BC-TTTP đến Ngô Minh Đạt.", Next: &Action{Href: "/inbox", Label: "Xem danh sách"}}
		}
		parts := []templ.Component{galleryList(r, open)}
		if open > 0 {
			parts = append(parts, galleryPane(false))
		}
		return wrap(Layout(p), wrap(Split(open > 0), parts...))
	})
	show("/parts", func(r *http.Request) templ.Component {
		return wrap(Layout(galleryPage(r, "Thành phần", "parts")), galleryParts())
	})
	show("/forms", func(r *http.Request) templ.Component {
		return wrap(Layout(galleryPage(r, "Soạn văn bản", "outgoing")), wrap(Body(HeadView{Title: "Soạn văn bản đi"}, false), galleryBigForm()))
	})
	show("/direct", func(r *http.Request) templ.Component {
		return wrap(Layout(galleryPage(r, "Chuyển xử lý", "incoming")), wrap(Body(HeadView{}, true), galleryForm("", nil)))
	})
	mux.HandleFunc("POST /direct", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("lead") != "" {
			http.Redirect(w, r, "/inbox?open=3&done=1", http.StatusSeeOther)
			return
		}
		errs := Errors{{"lead", "Chọn người chủ trì xử lý"}, {"due", "Nhập hạn xử lý theo dạng ngày/tháng/năm"}}
		w.WriteHeader(http.StatusUnprocessableEntity)
		wrap(Layout(galleryPage(r, "Chuyển xử lý", "incoming")), wrap(Body(HeadView{}, true), galleryForm("", errs))).Render(r.Context(), w)
	})
	show("/suggest", func(r *http.Request) templ.Component {
		var found []Option
		for _, o := range []Option{{Value: "H26.15", Label: "Sở Y tế", Hint: "H26.15"}, {Value: "H26.33", Label: "Sở Xây dựng", Hint: "H26.33"}, {Value: "H26.40", Label: "Sở Tài chính", Hint: "H26.40"}} {
			if strings.Contains(strings.ToLower(o.Label), strings.ToLower(r.FormValue("q"))) {
				found = append(found, o)
			}
		}
		return wrap(Layout(galleryPage(r, "Chọn cơ quan", "")), wrap(Body(HeadView{Title: "Chọn cơ quan"}, true), Suggestions(found)))
	})
	show("/viewer", func(r *http.Request) templ.Component {
		return wrap(Layout(galleryPage(r, "Ký số", "dossiers")), wrap(Split(true), Viewer(ViewerView{File: "/sample.pdf?doc=" + r.FormValue("doc"), Open: "/sample.pdf", Download: "/sample.pdf", Title: "4057/BC-TTTP",
			Boxes: []SignatureBox{{Page: 1, X: 330, Y: 90, W: 180, H: 70, Label: "Hợp lệ: Trần Quốc Phượng", Tone: Good, Href: "#sig-1"}, {Page: 1, X: 60, Y: 90, W: 150, H: 60, Label: "Chờ ký: Nguyễn Văn An", Tone: Off}}}), galleryPane(true)))
	})
	show("/sign-in", func(r *http.Request) templ.Component {
		return wrap(Bare(BareView{Title: "Đăng nhập", Here: r.URL.RequestURI()}),
			wrap(FormCard(FormView{ID: "sign-in", Action: "/direct", Title: "Đăng nhập", Submit: Action{Label: "Đăng nhập", Kind: Primary}, Errors: Errors{{"", "Tên đăng nhập hoặc mật khẩu không đúng."}}, ErrorTitle: "Chưa đăng nhập được"}),
				TextField(Field{Name: "login", Label: "Tên đăng nhập", Autocomplete: "username"}), TextField(Field{Name: "password", Label: "Mật khẩu", Type: "password", Autocomplete: "current-password"})))
	})
	show("/fault", func(r *http.Request) templ.Component {
		return wrap(Bare(BareView{Title: "Không tìm thấy"}), Fault(FaultView{Title: "Không tìm thấy văn bản này", Kept: "Văn bản có thể đã được chuyển đi hoặc bạn không còn quyền xem.", Next: "Hãy tìm lại theo số, ký hiệu hoặc hỏi văn thư.", Request: "7f3a-91c2", Actions: []Action{{Label: "Về văn bản đến", Kind: Primary, Href: "/inbox"}}}))
	})
	show("/public", func(r *http.Request) templ.Component {
		return wrap(Bare(BareView{Title: "Kiểm tra văn bản", Here: r.URL.RequestURI(), Wide: true}), galleryHeading("Kiểm tra văn bản điện tử"),
			Verdict(Good, "Văn bản nguyên vẹn", "2 chữ ký đều hợp lệ, tài liệu không bị sửa sau khi ký."), wrap(Facts(), Fact("Số, ký hiệu", "4057/BC-TTTP"), wrap(FactOf("Ngày ban hành"), Date(galleryDay))), Signatures(gallerySignatures[:2]))
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "event: unread\ndata: 7\n\nevent: changed\ndata: tasks documents\n\n")
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(1500 * time.Millisecond):
			fmt.Fprint(w, "event: changed\ndata: documents\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	})
	mux.HandleFunc("GET /gone", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/sign-in?return=%2Fgone", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /sample.pdf", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		if file := os.Getenv("GALLERY_PDF"); file != "" {
			http.ServeFile(w, r, file)
			return
		}
		w.Write(samplePDF(3))
	})
	return SecureHeaders(mux)
}

// galleryHeading is a page's first heading inside a Bare page.
func galleryHeading(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<h1>"+templ.EscapeString(s)+"</h1>")
		return err
	})
}

// samplePDF is a PDF of some pages of text in a standard font.
func samplePDF(pages int) []byte {
	var b strings.Builder
	var at []int
	obj := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.7\n")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 4+2*i)
	}
	obj("<</Type/Catalog/Pages 2 0 R>>")
	obj(fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, pages))
	obj("<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>")
	for i := range pages {
		text := fmt.Sprintf("BT /F 14 Tf 72 760 Td (QUYET DINH ve viec phe duyet Ke hoach, trang %d) Tj 0 -24 Td (Can cu Luat To chuc chinh quyen dia phuong) Tj ET", i+1)
		obj(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>", 5+2*i))
		obj(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(text), text))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return []byte(b.String())
}
