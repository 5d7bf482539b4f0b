# Completion of PROGRAM for PowerShell. To use it, add this line to the file that $PROFILE names:
#   PROGRAM completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName PROGRAM -ScriptBlock {
    param($word, $command, $cursor)
    $length = $cursor - $command.Extent.StartOffset
    $env:COMP_LINE = $command.ToString().PadRight($length).Substring(0, $length)
    $env:COMP_POINT = $length
    PROGRAM completion candidates powershell | ForEach-Object {
        $text, $about = $_ -split "`t", 2
        if (-not $about) { $about = $text }
        [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $about)
    }
    Remove-Item Env:COMP_LINE, Env:COMP_POINT
}
