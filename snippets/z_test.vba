Option Explicit

' Two-sided z-test for two proportions, pooled variance, for a cell of Excel:
'     =TwoProportionPValue(104, 11037, 189, 11034)    gives 5.69E-07
' Counts that can't be (negative, fractional, above n, n below 1) give #NUM!. Groups that are alike
' to the last observation, all successes or none, give z = 0 and p = 1.

' region p-value
Public Function TwoProportionPValue(ByVal successesA As Double, ByVal nA As Double, _
                                    ByVal successesB As Double, ByVal nB As Double) As Variant
    Dim z As Variant
    z = TwoProportionZ(successesA, nA, successesB, nB)
    If IsError(z) Then
        TwoProportionPValue = z
    Else
        TwoProportionPValue = BothTails(CDbl(z))
    End If
End Function

Public Function TwoProportionZ(ByVal successesA As Double, ByVal nA As Double, _
                               ByVal successesB As Double, ByVal nB As Double) As Variant
    Dim pooled As Double, rest As Double, variance As Double
    If Not (AreCounts(successesA, nA) And AreCounts(successesB, nB)) Then
        TwoProportionZ = CVErr(2036) ' xlErrNum, which only Excel knows by name
        Exit Function
    End If
    pooled = (successesA + successesB) / (nA + nB)
    rest = ((nA - successesA) + (nB - successesB)) / (nA + nB)
    variance = pooled * rest * (1 / nA + 1 / nB)
    If variance = 0 Then
        TwoProportionZ = 0
    Else
        TwoProportionZ = (successesA / nA - successesB / nB) / Sqr(variance)
    End If
End Function
' endregion p-value

' region tails
' The chance that a normal variable is further from 0 than z. Near 0 it is 1 minus a series of positive
' terms; from |z| = 2.8 on, where that would cancel, a continued fraction.
Private Function BothTails(ByVal z As Double) As Double
    Dim x As Double, rootOfPi As Double, term As Double, total As Double, k As Long
    x = Abs(z) / Sqr(2)
    rootOfPi = Sqr(4 * Atn(1)) ' not a literal: the VBA editor cuts those to 15 digits
    If x < 2 Then
        term = 1
        total = 1
        For k = 1 To 60
            term = term * 2 * x * x / (2 * k + 1)
            total = total + term
        Next k
        BothTails = 1 - 2 * x / rootOfPi * Exp(-(x * x)) * total
    Else
        total = x
        For k = 60 To 1 Step -1
            total = x + k / 2 / total
        Next k
        BothTails = Exp(-(x * x)) / (rootOfPi * total)
    End If
End Function
' endregion tails

Private Function AreCounts(ByVal successes As Double, ByVal n As Double) As Boolean
    AreCounts = successes >= 0 And successes <= n And n >= 1 _
                And successes = Int(successes) And n = Int(n)
End Function
