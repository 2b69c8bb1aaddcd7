package client

import "time"

// Page is one page of a list, newest first unless said otherwise.
type Page[T any] struct {
	Rows []T    `json:"rows"`
	Next string `json:"next,omitempty" doc:"Con trỏ trang sau; vắng mặt ở trang cuối"`
	Prev string `json:"prev,omitempty" doc:"Con trỏ trang trước"`
	Tabs []Tab  `json:"tabs,omitempty" doc:"Các danh sách của người dùng này và số dòng"`
}

// Tab is a list with its number of rows.
type Tab struct {
	Code  string `json:"code"`
	Count int    `json:"count" doc:"Số dòng, đếm tối đa 1000"`
	More  bool   `json:"more,omitempty" doc:"Còn nhiều hơn số đã đếm"`
}

// SignIn asks for a session.
type SignIn struct {
	Login    string `json:"login" minLength:"1" maxLength:"200" doc:"Tên đăng nhập"`
	Password string `json:"password" minLength:"1" maxLength:"1024" doc:"Mật khẩu"`
}

// Session is a short-lived token, sent back as "Authorization: Bearer …".
type Session struct {
	Token      string    `json:"token"`
	ExpiresAt  time.Time `json:"expires_at" doc:"Hết hạn tuyệt đối; phiên cũng hết khi lâu không dùng"`
	Person     ID        `json:"person"`
	PersonName string    `json:"person_name"`
}

// Confirming proves that it is still the person himself who uses the token.
type Confirming struct {
	Password string `json:"password" minLength:"1" maxLength:"1024" doc:"Mật khẩu của chính người dùng"`
}

// Confirmation tells how long acts that bind the office (signing, sealing, releasing) need no password now.
type Confirmation struct {
	Until time.Time `json:"until" doc:"Hiệu lực đến"`
	Once  bool      `json:"once,omitempty" doc:"Chỉ dùng được cho yêu cầu kế tiếp của mã truy cập này"`
}

// Me is who the token acts for.
type Me struct {
	Person ID     `json:"person"`
	Name   string `json:"name"`
	Post   Post   `json:"post" doc:"Vị trí đang dùng"`
	Posts  []Post `json:"posts" doc:"Các vị trí có thể dùng; chọn bằng tiêu đề X-Congvu-Post"`
	Unread int    `json:"unread" doc:"Số thông báo chưa đọc, tối đa 100"`

	For []Standing `json:"for" doc:"Các vị trí đang làm thay; cũng chọn bằng X-Congvu-Post"`
}

// Standing is a post for which the caller stands in today.
type Standing struct {
	Post    Post   `json:"post" doc:"Vị trí được làm thay"`
	Scope   string `json:"scope" enum:"sight,prepare,direct"`
	ValidTo string `json:"valid_to,omitempty" doc:"Đến hết ngày"`
}

// Token is an API token without its secret, which is shown once, when it is issued.
type Token struct {
	ID        ID         `json:"id"`
	Post      ID         `json:"post"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	UsedAt    *time.Time `json:"used_at,omitempty"`
}

// Post is a position that a person holds.
type Post struct {
	ID         ID       `json:"id"`
	Person     ID       `json:"person"`
	PersonName string   `json:"person_name"`
	Agency     ID       `json:"agency"`
	AgencyName string   `json:"agency_name"`
	Unit       ID       `json:"unit,omitempty"`
	UnitName   string   `json:"unit_name,omitempty"`
	Title      string   `json:"title" doc:"Chức vụ"`
	Rank       string   `json:"rank" doc:"head, deputy, unit_head, unit_deputy, staff"`
	Kind       string   `json:"kind" doc:"official, concurrent, acting, in_charge, seconded"`
	Roles      []string `json:"roles"`
	ValidFrom  string   `json:"valid_from,omitempty"`
	ValidTo    string   `json:"valid_to,omitempty"`
}

// Agency is an entry of the directory.
type Agency struct {
	ID         ID     `json:"id"`
	Code       string `json:"code" doc:"Mã định danh (QĐ 20/2020/QĐ-TTg)"`
	Name       string `json:"name"`
	ShortName  string `json:"short_name,omitempty"`
	Abbr       string `json:"abbr,omitempty" doc:"Chữ viết tắt dùng trong ký hiệu văn bản"`
	Level      string `json:"level"`
	Parent     ID     `json:"parent,omitempty"`
	ParentName string `json:"parent_name,omitempty"`
	Seat       string `json:"seat,omitempty" doc:"Địa danh"`
	Hosted     bool   `json:"hosted" doc:"Dữ liệu nằm trong bản cài đặt này"`
	State      string `json:"state" doc:"active, closed"`
	Address    string `json:"address,omitempty"`
	Email      string `json:"email,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Website    string `json:"website,omitempty"`
	ValidFrom  string `json:"valid_from,omitempty"`
	ValidTo    string `json:"valid_to,omitempty"`
}

// Unit is a unit inside an agency.
type Unit struct {
	ID     ID     `json:"id"`
	Parent ID     `json:"parent,omitempty"`
	Name   string `json:"name"`
	Abbr   string `json:"abbr,omitempty"`
	Kind   string `json:"kind,omitempty"`
}

// Type is a kind of document.
type Type struct {
	Code     string `json:"code" maxLength:"50" doc:"Chữ in hoa không dấu; không đổi được" required:"false"`
	Abbr     string `json:"abbr,omitempty" maxLength:"10" doc:"Chữ viết tắt trong ký hiệu; vắng mặt như công văn"`
	Name     string `json:"name" maxLength:"100"`
	Form     string `json:"form,omitempty" doc:"Mẫu tại Phụ lục III NĐ 30/2020; vắng mặt: chỉ nhận tệp tải lên"`
	Category string `json:"category" doc:"administrative, normative hoặc copy"`
	Field    string `json:"field,omitempty" maxLength:"200" doc:"Ngành, lĩnh vực của văn bản chuyên ngành"`
	From     string `json:"valid_from,omitempty" format:"date" doc:"Dùng từ ngày"`
	To       string `json:"valid_to,omitempty" format:"date" doc:"Đến hết ngày"`
	Revision int64  `json:"revision,omitempty" doc:"Lần sửa; vắng mặt: sửa bản đang có"`
}

// Notice is one line of a person's bell.
type Notice struct {
	ID    ID         `json:"id"`
	At    time.Time  `json:"at"`
	Verb  string     `json:"verb"`
	Ref   string     `json:"ref"`
	Title string     `json:"title"`
	Text  string     `json:"text"`
	Read  *time.Time `json:"read,omitempty"`
}

// ReadNotices marks everything up to one notice as read.
type ReadNotices struct {
	UpTo ID `json:"up_to" doc:"Thông báo mới nhất đã xem"`
}

// Entry is one entry of the journal.
type Entry struct {
	ID      ID        `json:"id"`
	At      time.Time `json:"at"`
	Verb    string    `json:"verb"`
	Agency  ID        `json:"agency,omitempty"`
	Ref     string    `json:"ref"`
	Title   string    `json:"title,omitempty"`
	Person  ID        `json:"person,omitempty"`
	Post    ID        `json:"post,omitempty"`
	For     ID        `json:"for,omitempty"`
	Via     string    `json:"via"`
	Request string    `json:"request,omitempty"`
	Data    any       `json:"data,omitempty"`
}
