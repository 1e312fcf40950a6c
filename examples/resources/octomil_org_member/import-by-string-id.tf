# By the e-mail address, or by the id of the member.
import {
  to = octomil_org_member.ada
  id = "ada@example.com"
}
