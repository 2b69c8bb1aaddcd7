package api

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/search"
	"congvu/internal/store"
)

// Prefix is where the door stands.
const Prefix = "/api/v1"

// Config is what the door opens to. DB and Desk are needed; the zero value of the others works.
type Config struct {
	DB       *store.DB
	Desk     *documents.Desk
	Exchange *exchange.Office // nil = parcels cannot be downloaded here
	Index    *search.Index    // nil = there is no search over documents here
	Version  string           // of the program, shown in the OpenAPI document
	Log      *slog.Logger     // internal errors with the request's id; nil = slog.Default()
	InFlight int              // requests of one caller at a time; 0 = 16

	// TestCertificates accepts certificates of a demonstration as trusted when files are verified.
	TestCertificates bool
}

// door is the handler and what its operations work with.
type door struct {
	Config
	mux    *http.ServeMux
	huma   huma.API
	routes []Route
	gate   gate

	document sync.Once
	openapi  []byte
	page     []byte
}

// Route is one operation, for the test of rights and for the page.
type Route struct {
	Method, Path, OperationID string
	Public                    bool // needs no token
}

// New makes the handler; mount it at Prefix + "/".
func New(c Config) http.Handler { return newDoor(c) }

// Routes lists every operation, in the order of the page.
func Routes() []Route { return newDoor(Config{}).routes }

func newDoor(c Config) *door {
	prepare()
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.InFlight == 0 {
		c.InFlight = 16
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	d := &door{Config: c, mux: http.NewServeMux()}
	d.gate.most = c.InFlight
	d.huma = humago.NewWithPrefix(d.mux, Prefix, d.describe())
	d.huma.UseMiddleware(d.enter)
	d.whoRoutes()
	d.incomingRoutes()
	d.directionRoutes()
	d.followRoutes()
	d.searchRoutes()
	d.outgoingRoutes()
	d.signingRoutes()
	d.fileRoutes()
	d.draftingRoutes()
	d.templateRoutes()
	d.preservationRoutes()
	d.rightsRoutes()
	d.historyRoutes()
	d.dossierRoutes()
	d.reorganisationRoutes()
	d.channelRoutes()
	d.nodeRoutes()
	d.reviewRoutes()
	d.opinionRoutes()
	d.approvalRoutes()
	d.commentRoutes()
	d.pictureRoutes()
	d.registerRoutes()
	d.statisticsRoutes()
	d.exchangeRoutes()
	d.watchRoutes()
	d.recallRoutes()
	d.copyRoutes()
	d.directoryRoutes()
	d.countryRoutes()
	d.noticeRoutes()
	d.journalRoutes()
	d.proofRoutes()
	d.documentRoutes()
	return d
}

func (d *door) describe() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "congvu – giao diện lập trình",
				Version:     d.Version,
				Description: "Văn bản đến, văn bản đi, ký số và liên thông văn bản của cơ quan. Cùng nghiệp vụ, cùng quyền và cùng thông báo như trên trang web.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer": {Type: "http", Scheme: "bearer", Description: "Mã truy cập API do quản trị cấp, hoặc mã phiên nhận từ POST /session."},
				},
			},
			Security: []map[string][]string{{"bearer": {}}},
			Tags:     tags,
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

var tags = []*huma.Tag{
	{Name: tagWho, Description: "Đăng nhập, người dùng, vị trí, việc của tôi."},
	{Name: tagIncoming, Description: "Tiếp nhận, đăng ký, trình, chỉ đạo, xử lý văn bản đến."},
	{Name: tagDirection, Description: "Bàn lãnh đạo, ý kiến chuẩn bị sẵn, thao tác hàng loạt, quy tắc phân văn bản, nhóm nơi nhận, theo dõi, đôn đốc, gia hạn, làm thay, bàn giao."},
	{Name: tagOutgoing, Description: "Soạn thảo, trình, ký số, cấp số, đóng dấu, phát hành văn bản đi."},
	{Name: tagFiles, Description: "Tải tệp lên và xuống, kiểm tra chữ ký số."},
	{Name: tagPictures, Description: "Thư viện ảnh chữ ký, ảnh dấu và vị trí trên trang: đề xuất, phê duyệt, thu hồi."},
	{Name: tagExchange, Description: "Nơi nhận, trạng thái liên thông, gói tin bị cách ly."},
	{Name: tagChannels, Description: "Trục của địa phương và trục quốc gia: cấu hình, kết nối của từng cơ quan, tuyến gửi, nhật ký kết nối."},
	{Name: tagNodes, Description: "Bản cài đặt nối vào trục của bản này: cho nối, đổi cơ quan, cấp mật khẩu mới, thu hồi, thử kết nối."},
	{Name: tagStatistics, Description: "Số liệu giải quyết văn bản, danh sách của từng con số, báo cáo."},
	{Name: tagRegisters, Description: "Sổ đăng ký: quy tắc đánh số, giữ số, văn bản mật, văn bản giấy, in sổ, sổ gửi bưu điện, sổ sử dụng bản lưu."},
	{Name: tagDirectory, Description: "Cơ quan, đơn vị, người, loại văn bản, sổ đăng ký."},
	{Name: tagPreservation, Description: "Dấu thời gian, bản bảo quản lâu dài và việc kiểm tra lại chữ ký số."},
	{Name: tagReview, Description: "Giao soạn thảo, lấy ý kiến, góp ý theo trang và các bước duyệt dự thảo."},
	{Name: tagDossiers, Description: "Hồ sơ: lập, đưa văn bản vào, kết thúc, nộp lưu, kết xuất."},
	{Name: tagReorganisations, Description: "Nhập, tách, đổi tên, giải thể cơ quan; tiếp nhận bàn giao; người giữ tài liệu của cơ quan đã kết thúc."},
	{Name: tagRights, Description: "Quyền đối với từng văn bản, đề nghị xem, truy cập khẩn, đóng băng và lượt xem."},
	{Name: tagSearch, Description: "Tìm theo từ, theo trường và theo nội dung; nhận biết trường từ tệp."},
	{Name: tagNotices, Description: "Thông báo và nhật ký."},
}

const (
	tagWho       = "Phiên làm việc"
	tagIncoming  = "Văn bản đến"
	tagOutgoing  = "Văn bản đi"
	tagFiles     = "Tệp và chữ ký số"
	tagPictures  = "Hình ảnh chữ ký"
	tagExchange  = "Liên thông"
	tagDirectory = "Danh bạ và danh mục"
	tagNotices   = "Thông báo và nhật ký"
)

var prepare = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = refuseParsed
	huma.NewError = func(status int, text string, errs ...error) huma.StatusError { return newProblem("", status, text) }
})

const (
	mostJSON   = 1 << 20
	mostUpload = 200 << 20
	slowest    = 60 * time.Second // an operation without a file
)
