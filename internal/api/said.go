package api

import (
	"regexp"

	"congvu/internal/i18n"
)

// said turns what the schema checker says into sentences of this program. A word that is not listed becomes the last, general one.
var said = []struct {
	of   *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`^unexpected property$`), t("Không có trường này.")},
	{regexp.MustCompile(`^unknown query parameter$`), t("Không có tham số này.")},
	{regexp.MustCompile(`^expected required property (\S+) to be present$`), t("Thiếu trường bắt buộc «{value}».")},
	{regexp.MustCompile(`^required \S+ parameter is missing$`), t("Thiếu tham số bắt buộc.")},
	{regexp.MustCompile(`^expected string to be RFC 3339 date$`), t("Ngày phải có dạng năm-tháng-ngày, ví dụ 2026-03-25.")},
	{regexp.MustCompile(`^expected value to be one of "(.*)"$`), t("Giá trị phải là một trong: {value}.")},
	{regexp.MustCompile(`^expected length >= (\d+)$`), t("Cần ít nhất {value} ký tự.")},
	{regexp.MustCompile(`^expected length <= (\d+)$`), t("Dài nhất {value} ký tự.")},
	{regexp.MustCompile(`^expected number >= (\S+)$`), t("Số phải từ {value} trở lên.")},
	{regexp.MustCompile(`^expected number <= (\S+)$`), t("Số không được quá {value}.")},
	{regexp.MustCompile(`^expected array length <= (\d+)$`), t("Nhiều nhất {value} mục.")},
	{regexp.MustCompile(`^expected array length >= (\d+)$`), t("Cần ít nhất {value} mục.")},
	{regexp.MustCompile(`^expected string$`), t("Phải là chuỗi ký tự.")},
	{regexp.MustCompile(`^(expected|invalid) (integer|number)`), t("Phải là số.")},
	{regexp.MustCompile(`^(expected|invalid) boolean`), t("Phải là true hoặc false.")},
	{regexp.MustCompile(`^expected array$`), t("Phải là danh sách.")},
	{regexp.MustCompile(`^expected object$`), t("Phải là một đối tượng JSON.")},
}

func saidOf(l i18n.Lang, message string) string {
	for _, s := range said {
		m := s.of.FindStringSubmatch(message)
		if m == nil {
			continue
		}
		if len(m) == 2 {
			return l.T(s.text, "value", m[1])
		}
		return l.T(s.text)
	}
	return l.T("Giá trị không đúng kiểu.")
}
