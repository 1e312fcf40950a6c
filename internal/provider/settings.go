package provider

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const (
	defaultRequestsPerMinute = 100
	defaultRetries           = 4
	defaultRequestTimeout    = 30 * time.Second
	defaultPollInterval      = 2 * time.Second
)

// block is the configured provider block.
type block struct {
	APIKey               types.String         `tfsdk:"api_key"`
	OrgID                types.String         `tfsdk:"org_id"`
	AllowedOrgIDs        types.List           `tfsdk:"allowed_org_ids"`
	APIURL               types.String         `tfsdk:"api_url"`
	AllowInsecureHTTP    types.Bool           `tfsdk:"allow_insecure_http"`
	CACertificateFile    types.String         `tfsdk:"ca_certificate_file"`
	MaxRequestsPerMinute types.Int64          `tfsdk:"max_requests_per_minute"`
	MaxRetries           types.Int64          `tfsdk:"max_retries"`
	RequestTimeout       timetypes.GoDuration `tfsdk:"request_timeout"`
	PollInterval         timetypes.GoDuration `tfsdk:"poll_interval"`
	MaxAffectedDevices   types.Int64          `tfsdk:"max_affected_devices"`
}

// unknown returns the name of the first setting that is only known after apply, or "".
func (b block) unknown() string {
	settings := []struct {
		name  string
		value interface{ IsUnknown() bool }
	}{
		{"api_key", b.APIKey}, {"org_id", b.OrgID}, {"api_url", b.APIURL}, {"allow_insecure_http", b.AllowInsecureHTTP},
		{"ca_certificate_file", b.CACertificateFile}, {"max_requests_per_minute", b.MaxRequestsPerMinute},
		{"max_retries", b.MaxRetries}, {"request_timeout", b.RequestTimeout}, {"poll_interval", b.PollInterval},
		{"max_affected_devices", b.MaxAffectedDevices},
	}
	for _, s := range settings {
		if s.value.IsUnknown() {
			return s.name
		}
	}
	if b.AllowedOrgIDs.IsUnknown() || slices.ContainsFunc(b.AllowedOrgIDs.Elements(), attr.Value.IsUnknown) {
		return "allowed_org_ids"
	}
	return ""
}

// checkOrganization holds the organization against those that the block allows. One that is not known is not allowed.
func (b block) checkOrganization(org string) *settingError {
	if b.AllowedOrgIDs.IsNull() {
		return nil
	}
	var allowed []string
	for _, element := range b.AllowedOrgIDs.Elements() {
		if id, ok := element.(types.String); ok {
			allowed = append(allowed, fmt.Sprintf("%q", id.ValueString()))
		}
	}
	at := path.Root("allowed_org_ids")
	switch {
	case org == "":
		return &settingError{at, "The organization is not known", "`allowed_org_ids` is set, but the provider does not know the organization of the API key. " +
			"Set `org_id` in the provider block, or `OCTOMIL_ORG_ID`."}
	case !slices.Contains(allowed, fmt.Sprintf("%q", org)):
		return &settingError{at, "The organization is not allowed", fmt.Sprintf("The provider is configured for the organization %q, but `allowed_org_ids` allows "+
			"only [%s]. Use the credentials of an allowed organization, or add %[1]q to `allowed_org_ids`.", org, strings.Join(allowed, ", "))}
	}
	return nil
}

// sources are the environment and the files that settings come from when the block does not have them.
type sources struct {
	getenv   func(string) string
	home     func() (string, error)
	readFile func(string) ([]byte, error)
	// mode returns the permissions of a file, 0 on a system without such permissions.
	mode func(string) (fs.FileMode, error)
}

// localSources are those of this machine.
var localSources = sources{getenv: os.Getenv, home: os.UserHomeDir, readFile: readRegular, mode: permissions}

func readRegular(file string) ([]byte, error) {
	source, err := control.OpenRegular(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = source.Close() }()
	return io.ReadAll(source)
}

func permissions(file string) (fs.FileMode, error) {
	if runtime.GOOS == "windows" { // which has no such bits: the home folder protects the file
		return 0, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// settings is the provider block with all sources and defaults applied.
type settings struct {
	client       control.Config
	pollInterval time.Duration
	// exposed is the file with the API key when other users can read it, or "".
	exposed string
}

// settingError is an error about the attribute of a setting.
type settingError struct {
	at              path.Path
	summary, detail string
}

// settings resolves each setting: the block first, then the environment, then the files of the Octomil CLI (CONTRACT.md, section 1).
func (b block) settings(from sources) (settings, *settingError) {
	s := settings{
		client: control.Config{
			APIKey:               firstNonBlank(b.APIKey.ValueString(), from.getenv("OCTOMIL_API_KEY"), from.getenv("OCTOMIL_SERVER_KEY")),
			OrgID:                firstNonBlank(b.OrgID.ValueString(), from.getenv("OCTOMIL_ORG_ID")),
			AllowInsecureHTTP:    b.AllowInsecureHTTP.ValueBool(),
			MaxRequestsPerMinute: int(orDefault(b.MaxRequestsPerMinute, defaultRequestsPerMinute)),
			MaxRetries:           int(orDefault(b.MaxRetries, defaultRetries)),
		},
	}
	var err error
	if s.client.APIKey == "" || s.client.OrgID == "" {
		files, err := from.cliFiles()
		if err != nil {
			missing := "api_key"
			if s.client.APIKey != "" {
				missing = "org_id"
			}
			return settings{}, &settingError{path.Root(missing), "Could not read the files of the Octomil CLI",
				err.Error() + "\n\nFix or remove the file, or set both `api_key` and `org_id` in the provider block or the environment."}
		}
		s.client.APIKey = firstNonBlank(s.client.APIKey, files.APIKey)
		s.client.OrgID = firstNonBlank(s.client.OrgID, string(files.OrgID))
		s.exposed = files.exposed
	}
	if s.client.APIKey == "" {
		return settings{}, &settingError{path.Root("api_key"), "Missing API key",
			"The provider needs an API key. Set `api_key` in the provider block or the environment variable `OCTOMIL_API_KEY`, or run " +
				"`octomil login`, which writes `~/.octomil/credentials`. For a sandbox (`terraform-provider-octomil sandbox`), use the " +
				"key `sandbox`."}
	}
	url := firstNonBlank(b.APIURL.ValueString(), from.getenv("OCTOMIL_API_URL"), from.getenv("OCTOMIL_API_BASE"), control.DefaultURL)
	if s.client.BaseURL, err = control.NormalizeURL(url, b.AllowInsecureHTTP.ValueBool()); err != nil {
		return settings{}, &settingError{path.Root("api_url"), "Invalid API URL", err.Error() + ". It is set by `api_url` in the provider " +
			"block, `OCTOMIL_API_URL` or `OCTOMIL_API_BASE`."}
	}
	var bad *settingError
	if s.client.RequestTimeout, bad = duration(b.RequestTimeout, "request_timeout", defaultRequestTimeout); bad != nil {
		return settings{}, bad
	}
	if s.pollInterval, bad = duration(b.PollInterval, "poll_interval", defaultPollInterval); bad != nil {
		return settings{}, bad
	}
	if file := b.CACertificateFile.ValueString(); file != "" {
		if strings.HasPrefix(file, "~/") {
			return settings{}, &settingError{path.Root("ca_certificate_file"), "The path begins with `~`",
				fmt.Sprintf("Terraform does not expand `~` in %q. Set `ca_certificate_file = pathexpand(%[1]q)`.", file)}
		}
		if s.client.CACertificates, err = from.readFile(file); err != nil {
			return settings{}, &settingError{path.Root("ca_certificate_file"), "Could not read the CA certificates", err.Error()}
		}
		if len(s.client.CACertificates) == 0 {
			return settings{}, clientSettingError(control.ErrNoCertificate)
		}
	}
	return s, nil
}

// cliFile is the content of a file of the Octomil CLI (CONTRACT.md, section 1).
type cliFile struct {
	APIKey string `json:"api_key"`
	OrgID  idText `json:"org_id"`

	exposed string
}

// idText is an ID that the file may have as a number (CONTRACT.md, section 1).
type idText string

func (id *idText) UnmarshalJSON(data []byte) error {
	var number json.Number
	if json.Unmarshal(data, &number) == nil {
		*id = idText(number)
		return nil
	}
	return json.Unmarshal(data, (*string)(id))
}

// cliFiles reads ~/.octomil/credentials and ~/.octomil/config.json. A missing file is no error.
func (s sources) cliFiles() (cliFile, error) {
	home, err := s.home()
	if err != nil {
		return cliFile{}, nil //nolint:nilerr // without a home there are no files, as in a container
	}
	var merged cliFile
	for _, name := range []string{"credentials", "config.json"} {
		file := filepath.Join(home, ".octomil", name)
		content, err := s.readFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return cliFile{}, err
		}
		var parsed cliFile
		if err := json.Unmarshal(content, &parsed); err != nil {
			return cliFile{}, fmt.Errorf("%s does not contain the JSON that `octomil login` writes: %w", file, err)
		}
		merged.OrgID = cmp.Or(merged.OrgID, parsed.OrgID)
		if name == "credentials" {
			merged.APIKey = parsed.APIKey
			if mode, err := s.mode(file); err == nil && mode&0o077 != 0 && parsed.APIKey != "" {
				merged.exposed = file
			}
		}
	}
	return merged, nil
}

func duration(value timetypes.GoDuration, name string, fallback time.Duration) (time.Duration, *settingError) {
	if !resourcekit.Known(value) {
		return fallback, nil
	}
	d, diags := value.ValueGoDuration()
	if diags.HasError() || d <= 0 {
		return 0, &settingError{path.Root(name), "Invalid duration",
			fmt.Sprintf("%#q must be greater than zero, got %q. Set a duration such as %#q.", name, value.ValueString(), fallback.String())}
	}
	return d, nil
}

func orDefault(value types.Int64, fallback int64) int64 {
	if value.IsNull() {
		return fallback
	}
	return value.ValueInt64()
}

// firstNonBlank returns the first value that is not blank, trimmed: a key that was read from a file ends in a line break.
func firstNonBlank(values ...string) string {
	for _, value := range values {
		if value = strings.TrimSpace(value); value != "" {
			return value
		}
	}
	return ""
}

// clientSettingError attributes an error of control.New to a setting.
func clientSettingError(err error) *settingError {
	switch {
	case errors.Is(err, control.ErrUnusableKey):
		return &settingError{path.Root("api_key"), "Invalid API key",
			resourcekit.Sentence(err.Error()) + " It is set by `api_key` in the provider block, `OCTOMIL_API_KEY`, `OCTOMIL_SERVER_KEY` or " +
				"`~/.octomil/credentials`."}
	case errors.Is(err, control.ErrNoCertificate):
		return &settingError{path.Root("ca_certificate_file"), "Invalid CA certificates",
			resourcekit.Sentence(err.Error()) + " The file must contain at least one block that begins with `-----BEGIN CERTIFICATE-----`."}
	}
	return &settingError{path.Root("api_url"), "Could not configure the provider", resourcekit.Sentence(err.Error())}
}

// exposedKeyWarning is the warning about a file with the API key that other users can read.
func exposedKeyWarning(file string) (summary, detail string) {
	return "API key readable by other users", fmt.Sprintf("%s contains an API key, and its permissions let users other than its owner "+
		"read or change it. Restrict the permissions with\n\n    chmod 600 %[1]s\n\nand replace the key if it may have been read.", file)
}
