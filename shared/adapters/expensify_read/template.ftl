<#-- One JSON object. "complete" comes last, so that a cut file is neither JSON nor complete.
     Whatever Expensify leaves out becomes an empty text or null; what it writes as a boolean, a
     number or a text becomes a text. Fields and their places: github.com/Expensify/Integrations
     templates, and the page on the template's model. -->
{"reports": [<#list reports as report>
  {"id": "<#if (report.reportID)?? && report.reportID?is_number>${report.reportID?c}<#else>${(report.reportID!"")?string?json_string}</#if>",
   "policy": "<#if (report.policyID)?? && report.policyID?is_number>${report.policyID?c}<#else>${(report.policyID!"")?string?json_string}</#if>",
   "name": "${(report.reportName!"")?string?json_string}",
   "submitter": "${(report.accountEmail!"")?string?json_string}",
   "status": "${(report.status!"")?string?json_string}",
   "state": "${(report.state!"")?string?json_string}",
   "currency": "${(report.currency!"")?string?json_string}",
   "fields": [<#list ["PROJECT FIELD"] as field><#if (report.customField)?? && report.customField?is_hash && (report.customField[field])?? && report.customField[field]?is_string>"${report.customField[field]?json_string}"<#else>null</#if><#sep>, </#sep></#list>],
   "expenses": <#if report.transactionList??>[<#list report.transactionList as expense>
     {"tag": "${(expense.tag!"")?string?json_string}",
      "levels": [<#list ["ntag1", "ntag2", "ntag3", "ntag4", "ntag5", "ntag6", "ntag7", "ntag8", "ntag9", "ntag10"] as ntag>"${(expense[ntag]!"")?string?json_string}"<#sep>, </#sep></#list>],
      "amount": <#if (expense.amount)?? && expense.amount?is_number>${expense.amount?c}<#else>null</#if>,
      "modified": <#if (expense.modifiedAmount)?? && expense.modifiedAmount?is_number>${expense.modifiedAmount?c}<#else>null</#if>,
      "currency": "${(expense.currency!"")?string?json_string}"}<#sep>,</#sep></#list>]<#else>null</#if>,
   "actions": <#if report.actionList??>[<#list report.actionList as action>
     {"name": "${(action.action!"")?string?json_string}",
      "at": "${(action.created!"")?string?json_string}"<#if (action.details)?? && action.details?is_hash>,
      "message": "${(action.details.message!"")?string?json_string}",
      "marked": "${(action.details.markedManually!"")?string?json_string}",
      "inProgress": "${(action.details.inProgress!"")?string?json_string}",
      "urls": [<#list ["reimbursableUrls", "nonReimbursableUrls", "travelInvoicingUrls"] as urls>[<#if (action.details[urls])?? && action.details[urls]?is_sequence><#list action.details[urls] as url>"${(url!"")?string?json_string}"<#sep>, </#sep></#list></#if>]<#sep>, </#sep></#list>]<#if (action.details.result)?? && action.details.result?is_hash>,
      "success": "${(action.details.result.success!"")?string?json_string}",
      "messages": [<#if (action.details.result.messages)?? && action.details.result.messages?is_sequence><#list action.details.result.messages as message>"${(message!"")?string?json_string}"<#sep>, </#sep></#list></#if>]</#if></#if>}<#sep>,</#sep></#list>]<#else>null</#if>}<#sep>,</#sep></#list>],
 "complete": true}
