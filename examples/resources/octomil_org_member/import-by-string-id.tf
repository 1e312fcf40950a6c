# By the email address or the ID of the member.
import {
  to = octomil_org_member.ada
  id = "ada@example.com"
}
